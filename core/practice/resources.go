package practice

import (
	"net/http"
	"strings"
)

// me answers who the token's owner is: the connection test.
func (x *exchange) me() error {
	return x.answer(http.StatusOK, map[string]any{
		"id": "practice-user", "username": "practice", "first_name": "Practice", "last_name": "User", "email": "practice@localhost",
		"status": "ACTIVE", "user_type": "STANDARD",
		"account": map[string]string{"id": "practice-account", "name": "Practice"},
	})
}

// shownProfile is a profile as the service lists it.
type shownProfile struct {
	ID                  string `json:"id"`
	Name                string `json:"name"`
	Status              string `json:"status"`
	EnrollmentMethods   any    `json:"enrollment_methods"` // an array, or a string where there is one: clients meet both
	KeyGenerationOption string `json:"key_generation_option"`
	KeyType             string `json:"key_type"`
	Approval            bool   `json:"approval_required"`
}

func (s *Service) showProfile(p *Profile) shownProfile {
	shown := shownProfile{
		ID: p.ID, Name: p.Name, Status: "ACTIVE", EnrollmentMethods: []string{"BATCH", "REST_API"},
		KeyGenerationOption: string(p.Keys), KeyType: string(p.KeyType), Approval: s.needsApproval(p),
	}
	switch {
	case p.BatchOnly:
		shown.EnrollmentMethods = "BATCH"
	case p.SingleOnly:
		shown.EnrollmentMethods = []string{"REST_API"}
	}
	return shown
}

func (s *Service) needsApproval(p *Profile) bool { return p.Approval || s.options.Approval }

func (x *exchange) listProfiles() error {
	return answerPage(x, x.service.profiles.all, x.service.showProfile)
}

// profile finds the profile that the path names.
func (x *exchange) profile() (*Profile, error) {
	id := x.r.PathValue("profile")
	if p := x.service.profiles.byID[id]; p != nil {
		return p, nil
	}
	return nil, notFound("there is no enrollment profile %q", id)
}

func (x *exchange) showProfile() error {
	p, err := x.profile()
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, x.service.showProfile(p))
}

// template answers with the header row of the profile's CSV.
func (x *exchange) template() error {
	p, err := x.profile()
	if err != nil {
		return err
	}
	if p.SingleOnly {
		return invalid("the profile %q takes no batches", p.Name)
	}
	header := `"` + strings.Join(p.columns(), `","`) + "\"\n"
	x.w.Header().Set("Content-Type", "text/csv")
	x.w.Header().Set("Content-Disposition", `attachment; filename="template.csv"`)
	_, err = x.w.Write([]byte(header))
	return err
}

// valueType and field are parts of an enrollment specification.
type valueType struct {
	Type     string   `json:"type"`
	Options  []string `json:"options,omitempty"`
	Multiple bool     `json:"multiple"`
}

type field struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Type          string    `json:"type"`
	Mandatory     bool      `json:"mandatory"`
	Editable      bool      `json:"editable"`
	UpdateFromCSR bool      `json:"update_from_csr"`
	ValueType     valueType `json:"value_type"`
	DefaultValue  *string   `json:"default_value"`
	Options       []string  `json:"options,omitempty"`
}

// specification describes the profile's fields, where it has one.
func (x *exchange) specification() error {
	p, err := x.profile()
	if err != nil {
		return err
	}
	if p.BatchOnly {
		return invalid("the profile %q takes batches only and has no enrollment specification: use its CSV template", p.Name)
	}
	fields := []field{}
	for _, column := range p.columns() {
		if column == columnCSR || column == columnUniqueID {
			continue
		}
		_, name, _ := strings.Cut(column, ".")
		name = strings.ReplaceAll(name, "_", " ")
		fields = append(fields, field{
			ID: column, Name: strings.ToUpper(name[:1]) + name[1:], Type: "CERTIFICATE", Mandatory: column == columnCommonName, Editable: true,
			UpdateFromCSR: p.takesRequests(), ValueType: valueType{Type: "STRING", Multiple: strings.HasPrefix(column, "san.")},
		})
	}
	return x.answer(http.StatusOK, map[string]any{"fields": fields, "key_type": p.KeyType})
}
