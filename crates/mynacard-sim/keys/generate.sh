#!/bin/sh
# Makes the simulation's keys and its two root certificates. Run once, when the simulation was founded; what it made
# is checked in, so that a card of the same person on the same day is the same card everywhere. Running it again
# makes another simulation: every file of keys/ and of mynacard-cert/roots/simulation changes.
# These private keys are public knowledge. Nothing outside tests may trust what they sign.
set -eu
cd "$(dirname "$0")"
roots=../../mynacard-cert/roots/simulation
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -outform DER -out "$1"; }

root() { # file, OU, OU in Japanese, serial
    rsa "$1.key.der"
    openssl pkey -inform DER -in "$1.key.der" -out "$work/key.pem"
    : > "$work/index"
    echo "$4" > "$work/serial"
    cat > "$work/conf" <<CONF
[ca]
default_ca = own
[own]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
x509_extensions = root
utf8 = yes
string_mask = utf8only
preserve = yes
[any]
countryName = supplied
organizationName = supplied
organizationalUnitName = supplied
[req]
distinguished_name = name
prompt = no
utf8 = yes
string_mask = utf8only
[name]
C = JP
O = MYNACARD-SIMULATION
0.OU = $2
1.OU = Japan Agency for Local Authority Information Systems
[names]
only = EXPLICIT:4, SEQUENCE:japanese
[japanese]
0 = SET:c
1 = SET:o
2 = SET:ou
3 = SET:agency
[c]
only = SEQUENCE:c_value
[c_value]
type = OID:countryName
value = PRINTABLESTRING:JP
[o]
only = SEQUENCE:o_value
[o_value]
type = OID:organizationName
value = FORMAT:UTF8, UTF8:公的個人認証サービス
[ou]
only = SEQUENCE:ou_value
[ou_value]
type = OID:organizationalUnitName
value = FORMAT:UTF8, UTF8:$3
[agency]
only = SEQUENCE:agency_value
[agency_value]
type = OID:organizationalUnitName
value = FORMAT:UTF8, UTF8:地方公共団体情報システム機構
[root]
keyUsage = critical, keyCertSign, cRLSign
subjectAltName = ASN1:SEQUENCE:names
basicConstraints = critical, CA:TRUE
crlDistributionPoints = crldp
subjectKeyIdentifier = hash
[crldp]
fullname = dirName:name
CONF
    openssl req -new -config "$work/conf" -key "$work/key.pem" -out "$work/request.pem"
    openssl ca -batch -selfsign -notext -config "$work/conf" -keyfile "$work/key.pem" -in "$work/request.pem" \
        -startdate 20160101000000Z -enddate 20491231145959Z -out "$work/root.pem"
    openssl x509 -in "$work/root.pem" -outform DER -out "$1.cer"
    cp "$1.cer" "$roots/$1.cer"
}

mkdir -p "$roots" people
root user-authentication "JPKI for user authentication" "公的個人認証サービス利用者証明用" 53A1
root digital-signature "JPKI for digital signature" "公的個人認証サービス署名用" 53D1
# The card-verifiable certificates of 券面: their CA, and the two keys that sign the records of the two applications.
rsa cv-ca.key.der
rsa records-input-support.key.der
rsa records-card-face.key.der
for number in $(seq -w 1 38); do
    rsa "people/$number-authentication.key.der"
    rsa "people/$number-signature.key.der"
    rsa "people/$number-presence.key.der"
done
