package delivery

// FileNames makes the names that Export gives to the files of each certificate, without endings and in the order of the
// certificates, from a template as CheckNames takes it. The errors are those of Export: a template that is wrong, a name
// that cannot be made, a *CollisionError.
func (d *Delivery) FileNames(template string) ([]string, error) {
	t, err := parseNames(template)
	if err != nil {
		return nil, err
	}
	return d.names(t)
}
