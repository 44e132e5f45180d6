//! A virtual My Number Card with its own test PKI, in process or in a real reader through vpcd.
