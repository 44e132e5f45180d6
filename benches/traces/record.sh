#!/bin/sh
# Records what other people's clients say to the virtual card in one check, in a private reader as the simulator's tests use it.
# usage: record.sh PROGRAMS SIMULATOR   (the folder with the built programs of crates/mynacard-sim/peers; the program mynacard-sim)
# Needs root and the Debian packages pcscd vsmartcard-vpcd opensc. The person is synthetic; her PIN is 1234.
set -eu
PROGRAMS=$(realpath "$1") SIM=$(realpath "$2") HERE=$(realpath "$(dirname "$0")")
export PROGRAMS SIM HERE

record() {
    NAME=$1 COMMANDS=$2 FOLDER=$(mktemp -d) PORT=$((36100 + $$ % 800))
    export NAME COMMANDS FOLDER PORT
    unshare -m sh -euc '
        mount -t tmpfs tmpfs /run && mkdir /run/pcscd "$FOLDER/conf"
        hex=$(printf %04X "$PORT")
        printf "FRIENDLYNAME \"Private PCD\"\nDEVICENAME /dev/null:0x%s\nLIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID 0x%s\n" "$hex" "$hex" >"$FOLDER/conf/vpcd"
        pcscd --foreground --config "$FOLDER/conf" >"$FOLDER/pcscd.log" 2>&1 & reader=$!
        "$SIM" vpcd --port "$PORT" --trace "$FOLDER/trace" --person kyokai-self --at 1795143600 >"$FOLDER/card.log" 2>&1 & card=$!
        trap "kill $card $reader 2>/dev/null; wait" EXIT
        tries=0
        until opensc-tool -l 2>/dev/null | grep -q " Yes "; do
            tries=$((tries + 1)); [ $tries -lt 200 ]; sleep 0.05
        done
        cd "$FOLDER"; echo message >message
        eval "$COMMANDS" >/dev/null
        cp trace "$HERE/$NAME.apdu"
    ' || { cat "$FOLDER"/*.log >&2; exit 1; }
    rm -r "$FOLDER"
    echo "$NAME: $(grep -c '^>' "$HERE/$NAME.apdu") exchanges"
}

opensc='pkcs15-tool --read-certificate 1 >certificate.pem && pkcs11-tool --slot-index 0 --login --pin 1234 --sign --id 01 -m SHA256-RSA-PKCS -i message -o signature'
record myna-card-3.3.4 '"$PROGRAMS/check-myna-card" 1234 message .'
record jpki-0.4.3 '"$PROGRAMS/check-jpki" 1234 message .'
record opensc-0.23 "$opensc"
record opensc-0.23-driver-named "export OPENSC_DRIVER=jpki; $opensc"
