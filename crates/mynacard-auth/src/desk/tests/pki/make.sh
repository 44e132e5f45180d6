#!/bin/sh
# Makes the little PKI of the desk's tests anew: one root, one authentication certificate.
# Its keys protect nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cat >"$work/profile" <<'END'
[req]
distinguished_name = name
prompt = no
[name]
C = JP
O = MYNACARD-AUTH-TESTS
OU = Desk
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[authentication]
authorityKeyIdentifier = keyid, issuer:always
subjectKeyIdentifier = hash
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
certificatePolicies = critical, 1.2.392.200149.8.5.1.3.30
END
key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/$1.key"; }
key root
openssl req -x509 -new -key "$work/root.key" -sha256 -config "$work/profile" -extensions root \
    -days 7000 -set_serial 1 -outform DER -out root.der
key leaf
openssl req -new -key "$work/leaf.key" -subj "/C=JP/CN=DESKTEST01" -out "$work/leaf.csr"
openssl x509 -inform DER -in root.der -out "$work/root.pem"
openssl x509 -req -in "$work/leaf.csr" -CA "$work/root.pem" -CAkey "$work/root.key" -sha256 -set_serial 2 \
    -extfile "$work/profile" -extensions authentication \
    -days 1800 -outform DER -out leaf.der
openssl pkcs8 -topk8 -nocrypt -in "$work/leaf.key" -outform DER -out leaf.pk8
