#!/bin/sh
# Makes the authority and the server certificate of the hostile peer anew. Its keys protect nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cat >"$work/profile" <<'END'
[req]
distinguished_name = name
prompt = no
[name]
CN = mynacard client tests
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
subjectAltName = IP:127.0.0.1
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
END
for name in root other server; do
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$name.key"
done
for name in root other; do
    openssl req -x509 -new -key "$work/$name.key" -sha256 -config "$work/profile" -extensions root \
        -days 7000 -outform DER -out "$name.der"
done
openssl x509 -inform DER -in root.der -out "$work/root.pem"
openssl req -new -key "$work/server.key" -subj "/CN=server" -out "$work/server.csr"
openssl x509 -req -in "$work/server.csr" -CA "$work/root.pem" -CAkey "$work/root.key" -sha256 -set_serial 2 \
    -extfile "$work/profile" -extensions server -days 6900 -outform DER -out server.der
openssl pkcs8 -topk8 -nocrypt -in "$work/server.key" -outform DER -out server.pk8
