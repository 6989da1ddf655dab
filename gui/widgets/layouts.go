// Package widgets holds the parts that the tabs are made of. A widget knows nothing of certificates or files: it shows
// what it is given and calls back. Every method belongs to the UI thread and no widget starts a goroutine.
package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// Across puts objects side by side, gap pixels apart.
func Across(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedHBoxLayout(gap), objects...)
}

// Down puts objects below each other, gap pixels apart.
func Down(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(down{layout.NewCustomPaddedVBoxLayout(gap)}, objects...)
}

// down is a column whose texts wrap: how high they are follows from the width that they were given last. So what has another
// height at its new width is laid out once more, and nothing is cut off in a window that became narrower in one step.
type down struct{ box fyne.Layout }

// MinSize implements fyne.Layout.
func (d down) MinSize(objects []fyne.CanvasObject) fyne.Size { return d.box.MinSize(objects) }

// Layout implements fyne.Layout.
func (d down) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	before := d.MinSize(objects).Height
	d.box.Layout(objects, size)
	if d.MinSize(objects).Height != before {
		d.box.Layout(objects, size)
	}
}

// Inset leaves room around an object.
func Inset(vertical, horizontal float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(vertical, vertical, horizontal, horizontal), o)
}

// Middle centres an object vertically and gives it the whole width.
func Middle(o fyne.CanvasObject) *fyne.Container { return container.New(middleLayout{}, o) }

type middleLayout struct{}

func (middleLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		h := min(o.MinSize().Height, size.Height)
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, float32(int((size.Height-h)/2))))
	}
}

func (middleLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size
}

// Wide gives an object at least this width.
func Wide(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(atLeast{fyne.NewSize(width, 0)}, o)
}

// AtLeast gives an object at least this size.
func AtLeast(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(atLeast{fyne.NewSize(width, height)}, o)
}

type atLeast struct{ size fyne.Size }

func (l atLeast) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

func (l atLeast) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := l.size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size
}

// Backed puts an object on an area of a theme colour.
func Backed(color fyne.ThemeColorName, o fyne.CanvasObject) *fyne.Container {
	return container.NewStack(NewArea(color, 0), o)
}

// Icon shows a drawing of that size.
func Icon(res fyne.Resource, size float32) *canvas.Image {
	i := canvas.NewImageFromResource(res)
	i.FillMode = canvas.ImageFillContain
	i.SetMinSize(fyne.NewSquareSize(size))
	return i
}

// Space is an empty object of that size.
func Space(width, height float32) fyne.CanvasObject {
	r := canvas.NewRectangle(nil)
	r.SetMinSize(fyne.NewSize(width, height))
	return r
}

// Edged puts objects at the edges of another without any gap; each may be nil.
func Edged(top, bottom, left, right, center fyne.CanvasObject) *fyne.Container {
	l := &edges{top: top, bottom: bottom, left: left, right: right, center: center}
	c := container.New(l)
	for _, o := range []fyne.CanvasObject{center, top, left, right, bottom} {
		if o != nil {
			c.Add(o)
		}
	}
	return c
}

// Topped puts an object above another that takes the rest of the room. The Tab key comes to it first.
func Topped(top, rest fyne.CanvasObject) *fyne.Container {
	c := Edged(top, nil, nil, nil, rest)
	c.Objects = []fyne.CanvasObject{top, rest}
	return c
}

type edges struct{ top, bottom, left, right, center fyne.CanvasObject }

func seen(o fyne.CanvasObject) bool { return o != nil && o.Visible() }

func (e *edges) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	x, y, w, h := float32(0), float32(0), size.Width, size.Height
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	if seen(e.top) {
		t := e.top.MinSize().Height
		put(e.top, x, y, w, t)
		y, h = y+t, h-t
	}
	if seen(e.bottom) {
		b := e.bottom.MinSize().Height
		put(e.bottom, x, y+h-b, w, b)
		h -= b
	}
	if seen(e.left) {
		l := e.left.MinSize().Width
		put(e.left, x, y, l, h)
		x, w = x+l, w-l
	}
	if seen(e.right) {
		r := e.right.MinSize().Width
		put(e.right, x+w-r, y, r, h)
		w -= r
	}
	if seen(e.center) {
		put(e.center, x, y, max(w, 0), max(h, 0))
	}
}

func (e *edges) MinSize([]fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	if seen(e.center) {
		size = e.center.MinSize()
	}
	for _, o := range []fyne.CanvasObject{e.left, e.right} {
		if seen(o) {
			m := o.MinSize()
			size = fyne.NewSize(size.Width+m.Width, max(size.Height, m.Height))
		}
	}
	for _, o := range []fyne.CanvasObject{e.top, e.bottom} {
		if seen(o) {
			m := o.MinSize()
			size = fyne.NewSize(max(size.Width, m.Width), size.Height+m.Height)
		}
	}
	return size
}

// Outlined draws the frame of an entry around an object that has none.
func Outlined(o fyne.CanvasObject) fyne.CanvasObject { return container.NewStack(o, newOutline()) }

// AsideWidth is how wide the part of a page is that holds what is optional.
const AsideWidth = 336

// Hint is a text in the middle of a place that holds nothing yet.
func Hint(text string) *fyne.Container {
	t := NewParagraph(text).Muted()
	t.Align = fyne.TextAlignCenter
	return container.New(column(hintWidth), t)
}

const hintWidth = 480

// column puts an object in the middle, as wide as this where there is the room: what wraps in it becomes no broader.
type column float32

// Layout implements fyne.Layout.
func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(max(float32(c), c.MinSize(objects).Width), size.Width)
	for _, o := range objects {
		o.Resize(fyne.NewSize(width, o.Size().Height)) // a wrapped text knows its height once it knows its width
		height := min(o.MinSize().Height, size.Height)
		o.Resize(fyne.NewSize(width, height))
		o.Move(fyne.NewPos((size.Width-width)/2, (size.Height-height)/2))
	}
}

// MinSize implements fyne.Layout.
func (column) MinSize(objects []fyne.CanvasObject) (size fyne.Size) {
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size
}
