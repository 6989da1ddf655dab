package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/look"
)

// Flow puts objects side by side, gap pixels apart, and goes on in the next line where there is no room.
func Flow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: gap}, objects...)
}

// Centered is Flow with each line in the middle.
func Centered(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: gap, share: 0.5}, objects...)
}

// Sides puts one object to the left and one to the right, below each other where there is no room for both. What is left of its
// line goes to the one that grows.
func Sides(left, right, grows fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: look.Gap, grows: grows, share: 1}, left, right)
}

// flow knows its height once it knows its width.
type flow struct {
	gap   float32
	share float32           // of what is left of a line, before its first object
	grows fyne.CanvasObject // takes what is left of its line; nil for none
	width float32
}

// lines are the objects of each line.
func (f *flow) lines(objects []fyne.CanvasObject) (lines [][]fyne.CanvasObject) {
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		w := o.MinSize().Width
		if n := len(lines); n > 0 && (f.width <= 0 || x+f.gap+w <= f.width+0.5) {
			lines[n-1] = append(lines[n-1], o)
			x += f.gap + w
			continue
		}
		lines, x = append(lines, []fyne.CanvasObject{o}), w
	}
	return lines
}

// Layout implements fyne.Layout.
func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	lines := f.lines(objects)
	y, spare := float32(0), float32(0)
	if len(lines) == 1 {
		spare = max(size.Height-f.MinSize(objects).Height, 0)
	}
	for _, line := range lines {
		height, left := float32(0), size.Width-f.gap*float32(len(line)-1)
		for _, o := range line {
			m := o.MinSize()
			height, left = max(height, m.Height), left-m.Width
		}
		x := max(left, 0) * f.share
		if slices.Contains(line, f.grows) {
			x = 0
		}
		for _, o := range line {
			m := o.MinSize()
			if o == f.grows {
				m.Width += max(left, 0)
			}
			o.Move(fyne.NewPos(x, y))
			o.Resize(fyne.NewSize(min(m.Width, size.Width), height+spare))
			x += m.Width + f.gap
		}
		y += height + f.gap
	}
}

// MinSize implements fyne.Layout.
func (f *flow) MinSize(objects []fyne.CanvasObject) (size fyne.Size) {
	for i, line := range f.lines(objects) {
		height := float32(0)
		for _, o := range line {
			m := o.MinSize()
			size.Width, height = max(size.Width, m.Width), max(height, m.Height)
		}
		if i > 0 {
			size.Height += f.gap
		}
		size.Height += height
	}
	return size
}
