//go:build unix

package main

import (
	"cmp"
	"os/exec"
	"slices"
	"time"
)

// contest is one thing that is measured, once in each round.
type contest struct {
	name  string
	tool  string // the program that it needs and that may be missing; "" for our own
	do    func() (usage, error)
	clean func() error // before each round, not measured
	runs  []usage
}

// missing reports whether the tool of a contest is not installed. Then it has no runs.
func (c *contest) missing() bool {
	if c.tool == "" {
		return false
	}
	_, err := exec.LookPath(c.tool)
	return err != nil
}

// hold measures the contestants in rounds, one of each a round, so that what else the computer does disturbs all of them alike.
func (b *bencher) hold(all ...*contest) error {
	all = slices.DeleteFunc(all, (*contest).missing)
	for range b.rounds {
		for _, c := range all {
			if c.clean != nil {
				if err := c.clean(); err != nil {
					return err
				}
			}
			u, err := c.do()
			if err != nil {
				return err
			}
			c.runs = append(c.runs, u)
		}
	}
	return nil
}

// median is what a contest cost: the median of clock and CPU each, and the largest peak, since memory is promised for every run.
func (c *contest) median() usage {
	var u usage
	if len(c.runs) == 0 {
		return u
	}
	u.Wall = middle(c.runs, func(u usage) time.Duration { return u.Wall })
	u.CPU = middle(c.runs, func(u usage) time.Duration { return u.CPU })
	for _, r := range c.runs {
		if r.Peak > u.Peak {
			u.Peak, u.Most = r.Peak, r.Most
		}
	}
	return u
}

func middle[T any, V cmp.Ordered](all []T, value func(T) V) V {
	values := make([]V, len(all))
	for i, v := range all {
		values[i] = value(v)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// after is a contest made of two others, one after the other.
func after(name string, first, second *contest) *contest {
	c := &contest{name: name, tool: first.tool}
	if !first.missing() {
		c.tool = second.tool
	}
	for i := range min(len(first.runs), len(second.runs)) {
		x, y := first.runs[i], second.runs[i]
		c.runs = append(c.runs, usage{Wall: x.Wall + y.Wall, CPU: x.CPU + y.CPU, Peak: max(x.Peak, y.Peak), Most: x.Most && y.Most})
	}
	return c
}
