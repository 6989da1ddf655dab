// bcryptprimitives.dll for wine, which lacks two things that programs of Go 1.26 need. It is for tests and in no package.
//
//   - wine 8 has no ProcessPrng, Go's source of random numbers; without it no program starts.
//   - wine 8 answers "invalid function" where a file is to be removed or renamed the way POSIX asks for (classes 64 and 65 of
//     NtSetInformationFile, FileDispositionInformationEx and FileRenameInformationEx). Go goes the old way only where the
//     answer is "not supported", which is what this library makes of it.
#include <string.h>
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG size); // RtlGenRandom, advapi32

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T size) { return SystemFunction036(buffer, (ULONG)size); }

typedef LONG(NTAPI *set_information)(HANDLE, void *, void *, ULONG, int);

static set_information original;

static LONG NTAPI answered(HANDLE file, void *status, void *information, ULONG size, int class) {
	if (class == 64 || class == 65)
		return (LONG)0xC00000BB; // STATUS_NOT_SUPPORTED
	return original(file, status, information, size, class);
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved) {
	enum { entry = 32 }; // bytes of a system call's entry in wine's ntdll; it runs at any address
	BYTE jump[12] = {0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xE0}; // mov rax, answered; jmp rax
	void *target = answered, *at;
	DWORD before;
	if (reason != DLL_PROCESS_ATTACH)
		return TRUE;
	at = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtSetInformationFile");
	original = VirtualAlloc(NULL, entry, MEM_COMMIT | MEM_RESERVE, PAGE_EXECUTE_READWRITE);
	if (!at || !original || !VirtualProtect(at, entry, PAGE_EXECUTE_READWRITE, &before))
		return FALSE;
	memcpy((void *)original, at, entry);
	memcpy(jump + 2, &target, sizeof target);
	memcpy(at, jump, sizeof jump);
	return VirtualProtect(at, entry, before, &before);
}
