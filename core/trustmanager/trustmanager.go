// Package trustmanager speaks to DigiCert IoT Trust Manager, its successor Device Trust Manager, and the practice
// service: batch enrollment over REST.
//
// Which to call:
//
//   - Store keeps connections in a readable file without secrets; Connection and its Contract are what one is;
//   - ParseCurl reads the cURL command that the service's portal shows for a profile, says what it would change in a
//     connection, and changes it;
//   - NewClient makes a Client of a connection: Test, Profiles, Template, Specification, Start, Find, Status, Approve,
//     Reject, Download;
//   - ProfileCache keeps the profiles and templates that were last seen, for work without a network.
//
// # What is data
//
// DigiCert's public pages leave a part of the contract open: paths, methods, field names, encodings. Whatever is inferred
// is data of the connection (Contract) and can be corrected by hand or from a pasted cURL command, without a new
// release.
//
// # What is promised
//
// A start request is sent at most once. After it failed the error says which of two it is: *NotSentError, the service
// certainly did not accept it, or *UnclearError, a job may exist: then Find looks for the batch id that every start
// carries. GETs are repeated where that can help, with growing, jittered pauses, and as the service's Retry-After says.
//
// TLS is 1.2 or newer and always verified; there is no switch against it. Keys, passcodes and passphrases come from the
// Secrets that NewClient is given, and are blotted out of every error.
package trustmanager
