// Windows: Node-API is imported from NODE.EXE, but the program that loads the addon may have any name (Electron's has the app's).
#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <delayimp.h>
#include <windows.h>

#include <cstring>

namespace {

FARPROC WINAPI resolveToHost(unsigned event, DelayLoadInfo* info) {
    if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
    return reinterpret_cast<FARPROC>(GetModuleHandleW(nullptr));
}

}  // namespace

ExternC const PfnDliHook __pfnDliNotifyHook2 = resolveToHost;
#endif
