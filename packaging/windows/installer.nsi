; The installer for Windows, for one user or for all of them. scripts/package/windows.sh passes VERSION, NUMBERS, FILES (the folder with
; what is installed), REMOVE (a list of what the uninstaller removes), OUTPUT, and SIGN where programs are signed.
;
;   setup.exe /S               installs silently for this user; with /AllUsers for everybody, as an administrator
;   setup.exe /S /D=C:\folder  installs somewhere else
;   uninstall.exe /S           removes the program and leaves the data
;
; Exit status: 0 success, 1 canceled, 2 failed (EnrollBench is open, or a folder cannot be written).
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
ManifestDPIAware true

!define NAME "EnrollBench"
!define TYPE "EnrollBench.File"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"

!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_INSTALLMODE_DEFAULT_CURRENTUSER
!define MULTIUSER_INSTALLMODE_INSTDIR "${NAME}"
!define MULTIUSER_USE_PROGRAMFILES64
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "${UNINSTALL}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME "InstallLocation"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "${UNINSTALL}"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME "InstallLocation"
!include MultiUser.nsh
!include MUI2.nsh
!include FileFunc.nsh

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"'
!endif

Name "${NAME}"
OutFile "${OUTPUT}"
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "${NAME}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "${NAME} setup"
VIAddVersionKey CompanyName "The EnrollBench authors"
VIAddVersionKey LegalCopyright "Apache License 2.0"

!define MUI_ICON "${FILES}\enrollbench.ico"
!define MUI_UNICON "${FILES}\enrollbench.ico"
!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\enrollbench.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English
!insertmacro MUI_LANGUAGE German
!insertmacro MUI_LANGUAGE Spanish
!insertmacro MUI_LANGUAGE French
!insertmacro MUI_LANGUAGE SimpChinese
!insertmacro MUI_LANGUAGE Japanese

Function .onInit
  SetRegView 64
  !insertmacro MULTIUSER_INIT
FunctionEnd

Function un.onInit
  SetRegView 64
  !insertmacro MULTIUSER_UNINIT
FunctionEnd

; A program that runs cannot be replaced or removed: it is open while its file cannot be opened for writing.
!macro REFUSE_WHILE_OPEN
  IfFileExists "$INSTDIR\enrollbench.exe" 0 closed
  retry:
    ClearErrors
    FileOpen $0 "$INSTDIR\enrollbench.exe" a
    IfErrors 0 free
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${NAME} is open. Close it, then try again." /SD IDCANCEL IDRETRY retry
    SetErrorLevel 2
    Quit
  free:
    FileClose $0
  closed:
!macroend

; Explorer offers the program for a type of file; what opens it today stays as it is.
!macro OFFER EXTENSION
  WriteRegStr SHCTX "Software\Classes\${EXTENSION}\OpenWithProgids" "${TYPE}" ""
  WriteRegStr SHCTX "Software\Classes\Applications\enrollbench.exe\SupportedTypes" "${EXTENSION}" ""
!macroend
!macro WITHDRAW EXTENSION
  DeleteRegValue SHCTX "Software\Classes\${EXTENSION}\OpenWithProgids" "${TYPE}"
  DeleteRegKey /ifempty SHCTX "Software\Classes\${EXTENSION}\OpenWithProgids"
  DeleteRegKey /ifempty SHCTX "Software\Classes\${EXTENSION}"
!macroend

Section "${NAME}"
  !insertmacro REFUSE_WHILE_OPEN
  SetOutPath "$INSTDIR"
  ClearErrors
  File /r "${FILES}\*.*"
  IfErrors 0 +3
    SetErrorLevel 2
    Abort "The files could not be written to $INSTDIR. Choose another folder."
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\enrollbench.exe"

  WriteRegStr SHCTX "Software\Classes\${TYPE}" "" "${NAME} file"
  WriteRegStr SHCTX "Software\Classes\${TYPE}\DefaultIcon" "" "$INSTDIR\enrollbench.exe,0"
  WriteRegStr SHCTX "Software\Classes\${TYPE}\shell\open\command" "" '"$INSTDIR\enrollbench.exe" "%1"'
  WriteRegStr SHCTX "Software\Classes\Applications\enrollbench.exe\shell\open\command" "" '"$INSTDIR\enrollbench.exe" "%1"'
  WriteRegStr SHCTX "Software\Microsoft\Windows\CurrentVersion\App Paths\enrollbench.exe" "" "$INSTDIR\enrollbench.exe"
  WriteRegStr SHCTX "Software\Microsoft\Windows\CurrentVersion\App Paths\enrollctl.exe" "" "$INSTDIR\enrollctl.exe"
  !insertmacro OFFER .p7m
  !insertmacro OFFER .pgp
  !insertmacro OFFER .csr
  !insertmacro OFFER .zip

  WriteRegStr SHCTX "${UNINSTALL}" DisplayName "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL}" DisplayVersion "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" DisplayIcon "$INSTDIR\enrollbench.exe"
  WriteRegStr SHCTX "${UNINSTALL}" Publisher "The EnrollBench authors"
  WriteRegStr SHCTX "${UNINSTALL}" InstallLocation "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" UninstallString '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
  WriteRegStr SHCTX "${UNINSTALL}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S /$MultiUser.InstallMode'
  WriteRegDWORD SHCTX "${UNINSTALL}" NoModify 1
  WriteRegDWORD SHCTX "${UNINSTALL}" NoRepair 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD SHCTX "${UNINSTALL}" EstimatedSize $0
SectionEnd

; Only what was installed is removed: jobs, results and settings lie in the user's own folders and stay.
Section "Uninstall"
  !insertmacro REFUSE_WHILE_OPEN
  !include "${REMOVE}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  !insertmacro WITHDRAW .p7m
  !insertmacro WITHDRAW .pgp
  !insertmacro WITHDRAW .csr
  !insertmacro WITHDRAW .zip
  DeleteRegKey SHCTX "Software\Classes\${TYPE}"
  DeleteRegKey SHCTX "Software\Classes\Applications\enrollbench.exe"
  DeleteRegKey SHCTX "Software\Microsoft\Windows\CurrentVersion\App Paths\enrollbench.exe"
  DeleteRegKey SHCTX "Software\Microsoft\Windows\CurrentVersion\App Paths\enrollctl.exe"
  DeleteRegKey SHCTX "${UNINSTALL}"
SectionEnd
