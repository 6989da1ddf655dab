package gui

func (t *openTab) export()   {}
func (t *openTab) handOver() {}
