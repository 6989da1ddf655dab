// Package enrollment turns a table into an upload: it knows the columns that DigiCert IoT Trust Manager takes, says what
// is wrong with a document of package csvdoc and mends what can be mended for certain, and writes the file that is
// uploaded.
//
// Validate looks at a whole document, Revalidate at what an edit changed. A Result counts, groups and locates what was
// found, gives the repair of a group as an edit that can be undone, and writes the upload. RowsFromCSRs makes rows of CSRs;
// MACSeries fills a column with addresses.
package enrollment
