//go:build !linux && !darwin && !windows

package keychain

import "context"

// Ready knows nothing beforehand of other systems.
func (system) Ready(context.Context) (readiness, error) { return readiness{prompts: true}, nil }

// Explain knows no more than what the library itself tells.
func (system) Explain(error) error { return nil }
