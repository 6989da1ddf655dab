//go:build unix

// Command screenshots makes the pictures in docs/images: each tab of build/enrollbench in both themes, filled with the
// sample requests in build/sample/csr and with results made on the spot. What the window shows in its smallest size and on a large
// screen goes to build/pictures, to be looked at. `make screenshots` makes the requests first and calls it in the module's
// folder. Arguments name one theme, and then the pictures of it that are wanted, which are not made in other sizes.
//
// PICTURES_LOCALE=de_DE.UTF-8 makes them in another language, all below build/pictures/de_DE.UTF-8.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"enrollbench/windowtest/desktop"
	"enrollbench/windowtest/sample"
)

// plant is where the files in the pictures lie, if it can be made: their paths are in the pictures.
const plant = "/srv/plant4"

func main() {
	themes, wanted := []string{"light", "dark"}, []string(nil)
	if len(os.Args) > 1 {
		themes, wanted = os.Args[1:2], os.Args[2:]
	}
	for _, theme := range themes {
		if err := pictures(theme, wanted); err != nil {
			fmt.Fprintf(os.Stderr, "screenshots: %s: %v\n", theme, err)
			os.Exit(1)
		}
	}
}

// otherSizes are looked at besides that of the pictures in the documentation.
var otherSizes = []struct{ width, height int }{{1000, 700}, {screenWidth, screenHeight}}

const (
	screenWidth   = 1920
	screenHeight  = 1080
	images        = "docs/images"
	looked        = "build/pictures"
	requestFolder = "build/sample/csr"
)

// pictures makes those of one theme: all, or those that are wanted.
func pictures(theme string, wanted []string) (err error) {
	folder := plant
	if err = os.Mkdir(folder, 0o700); err != nil {
		if folder, err = os.MkdirTemp("", "plant4-"); err != nil {
			return err
		}
	}
	defer os.RemoveAll(folder)
	if err := os.Setenv("TMPDIR", folder); err != nil { // the program's too
		return err
	}
	d, err := desktop.StartSized(folder, screenWidth, screenHeight)
	if err != nil {
		return err
	}
	defer d.Close()
	d.Locale = locale
	program, err := filepath.Abs("build/enrollbench")
	if err != nil {
		return err
	}
	p, err := d.Launch(program, theme)
	if err != nil {
		return err
	}
	defer func() {
		if closing := p.Close(); err == nil {
			err = closing
		}
	}()
	take := func(name string) error {
		if len(wanted) > 0 && !slices.Contains(wanted, name) {
			return nil
		}
		path := filepath.Join(pictureFolder(images), name+"-"+theme+".png")
		fmt.Println(path)
		if err := p.Settled(path); err != nil || len(wanted) > 0 {
			return err
		}
		for _, size := range otherSizes {
			if err := p.ResizeFor(size.width, size.height); err != nil {
				return err
			}
			if err := p.Settled(filepath.Join(pictureFolder(looked), fmt.Sprintf("%s-%s-%d.png", name, theme, size.width))); err != nil {
				return err
			}
		}
		return p.ResizeFor(desktop.Width, desktop.Height)
	}
	if err := p.ResizeFor(desktop.Width, desktop.Height); err != nil {
		return err
	}
	if err := p.Rest(); err != nil {
		return err
	}
	if _, err := expect(p, "the first start", func(s desktop.State) bool { return s.Tab == "Welcome" && s.Sentence != "" }); err != nil {
		return err
	}
	if err := take("welcome"); err != nil {
		return err
	}
	if err := p.Key("Escape"); err != nil {
		return err
	}
	if _, err := expect(p, "the empty list", func(s desktop.State) bool { return s.Tab == "CSR files" && s.Sentence != "" }); err != nil {
		return err
	}
	if err := take("empty"); err != nil {
		return err
	}
	if err := emptyPictures(p, take); err != nil {
		return err
	}

	requests := filepath.Join(folder, "requests")
	if err := os.CopyFS(requests, os.DirFS(requestFolder)); err != nil {
		return err
	}
	if err := p.Drop(desktop.Width/2, desktop.Height/2, requests); err != nil {
		return err
	}
	if _, err := expect(p, "the samples", func(s desktop.State) bool { return s.Rows > 0 && !s.Busy }); err != nil {
		return err
	}
	if err := p.Key("F8"); err != nil {
		return err
	}
	if _, err := expect(p, "the first problem", func(s desktop.State) bool { return s.Current != "" && s.Toast == "" }); err != nil {
		return err
	}
	if err := take("csr"); err != nil {
		return err
	}
	// The details of one request, opened the way the keyboard does it.
	if err := p.Key("Return"); err != nil {
		return err
	}
	if err := take("details"); err != nil {
		return err
	}
	if err := csvPictures(p, take); err != nil {
		return err
	}
	if err := macPicture(p, take); err != nil {
		return err
	}
	made := filepath.Join(folder, "line4")
	if err := os.Mkdir(made, 0o700); err != nil {
		return err
	}
	results, err := sample.Write(made, 500)
	if err != nil {
		return err
	}
	if err := keyPictures(p, results, take); err != nil {
		return err
	}
	if err := resultPictures(p, results, take); err != nil {
		return err
	}
	return jobPictures(p, take)
}

func macPicture(p *desktop.Program, take func(string) error) error {
	if err := p.Key("ctrl+3"); err != nil {
		return err
	}
	if _, err := expect(p, "the MAC tab", func(s desktop.State) bool { return s.Tab == "MAC range" && s.Focus != "" }); err != nil {
		return err
	}
	if err := p.Key("Tab"); err != nil { // from the scan field to the start
		return err
	}
	for i, value := range []string{"00:1a:c2:7b:00:00", "500", "10"} {
		if i > 0 {
			if err := p.Key("Return"); err != nil {
				return err
			}
		}
		if err := p.Key("ctrl+a"); err != nil {
			return err
		}
		if err := p.Type(value); err != nil {
			return err
		}
	}
	if _, err := expect(p, "the range", func(s desktop.State) bool {
		return strings.Contains(s.Sentence, "500 ") && strings.Contains(s.Sentence, "13-7e") || foreign() && strings.Contains(s.Sentence, "13-7e")
	}); err != nil {
		return err
	}
	return take("mac")
}
