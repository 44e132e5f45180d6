/* What Windows itself says of a DLL: its version resource, and whether it stays after its program let it go.
 *   inspect.exe DLL EXPORT      EXPORT: a function that takes nothing but a place for an error, or "-" */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

typedef int32_t (*call)(void **error);

static const char *text(const void *block, const char *name) {
    char path[128];
    void *value = NULL;
    UINT size = 0;
    snprintf(path, sizeof path, "\\StringFileInfo\\040904b0\\%s", name);
    return VerQueryValueA(block, path, &value, &size) && size > 0 ? value : "none";
}

int main(int count, char **arguments) {
    if (count < 3) {
        return EXIT_FAILURE;
    }
    DWORD ignored = 0;
    DWORD size = GetFileVersionInfoSizeA(arguments[1], &ignored);
    void *block = size > 0 ? malloc(size) : NULL;
    if (block == NULL || !GetFileVersionInfoA(arguments[1], 0, size, block)) {
        puts("no version");
        return EXIT_FAILURE;
    }
    VS_FIXEDFILEINFO *fixed = NULL;
    UINT fixed_size = 0;
    if (!VerQueryValueA(block, "\\", (void **)&fixed, &fixed_size)) {
        return EXIT_FAILURE;
    }
    printf("%s %s %s [%s] %u.%u.%u\n", text(block, "ProductName"), text(block, "FileVersion"), text(block, "OriginalFilename"),
           text(block, "FileDescription"), (unsigned)HIWORD(fixed->dwFileVersionMS), (unsigned)LOWORD(fixed->dwFileVersionMS),
           (unsigned)HIWORD(fixed->dwFileVersionLS));
    free(block);

    HMODULE library = LoadLibraryA(arguments[1]);
    if (library == NULL) {
        puts("not loaded");
        return EXIT_FAILURE;
    }
    if (strcmp(arguments[2], "-") != 0) {
        call function = (call)(void *)GetProcAddress(library, arguments[2]);
        if (function == NULL) {
            puts("no such export");
            return EXIT_FAILURE;
        }
        function(NULL);
    }
    for (int times = 0; times < 3; times++) {
        FreeLibrary(library);
    }
    printf("%s\n", GetModuleHandleA(arguments[1]) == NULL ? "gone" : "stays");
    return EXIT_SUCCESS;
}
