package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"enrollbench/core/delivery"
	"enrollbench/core/finding"
)

// known says in words what delivery.Unseal found out about a payload.
var known = map[string]string{
	delivery.Authenticated: "authenticated: it is what was sealed, whoever sealed it",
	delivery.Undamaged:     "undamaged: its own checks (a ZIP's checksums or JSON's syntax) are right; nothing proves that it was not replaced",
	delivery.NotProven:     "kept because you insist: nothing shows whether it was changed",
}

// unseal opens one file.
func unseal(ctx context.Context, s *session, key opening, in string, out output, insist bool) error {
	s.sweep()
	if err := out.differs(in); err != nil {
		return err
	}
	opener, err := key.load(ctx, s)
	if err != nil {
		return err
	}
	defer opener.Wipe()
	report, stop := s.track("opening")
	defer stop()
	integrity, err := delivery.Unseal(ctx, in, out.path,
		delivery.UnsealOptions{Opener: opener, Insist: insist, Replace: out.force}, report)
	if errors.Is(err, delivery.ErrNotProven) {
		return fmt.Errorf("%w (--insist keeps it)", opener.explain(err))
	}
	if err != nil {
		return out.explain(opener.explain(err))
	}
	size, err := sizeOf(out.path)
	if err != nil {
		return err
	}
	stop()
	if opened := opener.last.Load(); opened != nil && opened.Renewed {
		fmt.Fprintln(s.stderr, printable(fmt.Sprintf("notice: it was sealed to %s, not to the certificate beside the key; the key still opens it, as after a renewal",
			strings.Join(opened.Recipients, ", "))))
	}
	_, err = fmt.Fprintln(s.stdout, printable(fmt.Sprintf("%s: %s bytes, %s", out.path, finding.Grouped(size), known[integrity])))
	return err
}
