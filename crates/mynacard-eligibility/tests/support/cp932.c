/* Prints code page 932 as Windows has it: "E unit code" for writing without best fit, "D code unit" for reading. */
#include <stdio.h>
#include <windows.h>

int main(void) {
    for (unsigned unit = 0; unit < 0x10000; unit++) {
        WCHAR wide = (WCHAR)unit;
        unsigned char bytes[8];
        BOOL replaced = FALSE;
        if (unit >= 0xD800 && unit < 0xE000) continue;
        int length = WideCharToMultiByte(932, WC_NO_BEST_FIT_CHARS, &wide, 1, (char *)bytes, sizeof bytes, NULL, &replaced);
        if (replaced || length < 1 || length > 2) continue;
        printf("E %04X %0*X\n", unit, length * 2, length == 1 ? bytes[0] : bytes[0] << 8 | bytes[1]);
    }
    for (unsigned code = 0; code < 0x10000; code++) {
        unsigned char bytes[2] = {(unsigned char)(code >> 8), (unsigned char)code};
        WCHAR wide[4];
        int single = code < 0x100;
        int length = MultiByteToWideChar(932, MB_ERR_INVALID_CHARS, (char *)bytes + single, single ? 1 : 2, wide, 4);
        if (length == 1) printf("D %0*X %04X\n", single ? 2 : 4, code, wide[0]);
    }
    return 0;
}
