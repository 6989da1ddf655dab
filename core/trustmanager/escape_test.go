package trustmanager

import (
	"encoding/base64"
	"net/url"
)

func queryEscape(s string) string { return url.QueryEscape(s) }
func pathEscape(s string) string  { return url.PathEscape(s) }
func base64Of(s string) string    { return base64.StdEncoding.EncodeToString([]byte(s)) }
