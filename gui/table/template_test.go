package table

import (
	"testing"
)

func TestTemplateOfAProfile(t *testing.T) {
	r := csvRig(t)
	r.Practice()
	r.Bring(r.CSV)
	r.CSV.chooseProfile(true)
	r.Until(func() bool { return len(r.Dialogs()) > 0 })
	r.Dialog().Take(1)
	r.Wait()
	if r.CSV.options.Template == nil || r.CSV.file == nil || len(r.CSV.file.rows.columns) < 2 {
		t.Fatalf("the template is %v, the file %v", r.CSV.options.Template, r.CSV.file)
	}
	required := 0
	for _, c := range r.CSV.options.Template.Columns {
		if c.Required {
			required++
		}
	}
	if required == 0 || required == len(r.CSV.options.Template.Columns) {
		t.Errorf("%d of %d columns are required: the specification was not used", required, len(r.CSV.options.Template.Columns))
	}
}
