//! The My Number Card: ISO/IEC 7816-4 commands, the JPKI application and its PINs.
