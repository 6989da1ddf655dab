package gui

func (t *openTab) handOver() {}
