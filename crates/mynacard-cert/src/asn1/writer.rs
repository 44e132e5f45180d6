//! Writing DER: enough for an OCSP request.
