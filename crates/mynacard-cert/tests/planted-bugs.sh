#!/usr/bin/env bash
# Removes each check of the verdict in turn and asks whether the tests notice. A planted bug that they do not notice, or one
# that no longer fits the source, fails.
#
#   crates/mynacard-cert/tests/planted-bugs.sh [WORD]     only the bugs whose file or text contains WORD
#
# Needs openssl, perl, and MYNACARD_VECTORS; takes some minutes. The bugs are planted in a copy.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
root=$(cd "$here/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
export CARGO_TARGET_DIR=${PLANTED_TARGET:-$copy/target}
export CARGO_PROFILE_DEV_DEBUG=0
tar -C "$root" --exclude=./target --exclude=./.git -cf - . | tar -C "$copy" -xf -
source_folder=$copy/crates/mynacard-cert/src
only=${1:-}
planted=0
missed=0

# The tests about a source file; the neighbours' tests take long and find what these find.
tests_about() {
    case $1 in
    revocation/*) echo --test lists --test ocsp ;;
    record/*) echo --test records --test face ;;
    holder.rs) echo --test holder ;;
    key.rs | possession.rs) echo --test matrix --test possession --test face ;;
    *) echo --lib --test matrix --test trust --test testcard --test roots --test lists ;;
    esac
}

run_tests() {
    # shellcheck disable=SC2046 # the words are arguments
    (cd "$copy" && cargo test -q -p mynacard-cert $(tests_about "$1"))
}

# plant FILE FROM TO: the first FROM in FILE (white space as it comes) becomes TO.
plant() {
    local file=$source_folder/$1 from=$2 to=$3
    case "$1 $2" in *"$only"*) ;; *) return ;; esac
    cp "$file" "$copy/kept"
    FROM=$from TO=$to perl -0pi -e '
        my $from = join("\\s*", map { quotemeta } split(" ", $ENV{FROM}));
        my $to = $ENV{TO};
        s/$from/$to/ or $missing = 1;
        END { exit 3 if $missing }' "$file"
    if [ $? -ne 0 ] || cmp -s "$file" "$copy/kept"; then
        echo "NOT IN THE SOURCE  $1: $from"
        missed=$((missed + 1))
    elif ! (cd "$copy" && cargo check -q -p mynacard-cert 2>"$copy/log"); then
        echo "DOES NOT COMPILE   $1: $from"
        grep -m3 "^error" "$copy/log"
        missed=$((missed + 1))
    else
        planted=$((planted + 1))
        if run_tests "$1" >"$copy/log" 2>&1; then
            echo "NOT NOTICED        $1: $from -> $to"
            missed=$((missed + 1))
        else
            echo "noticed            $1: $from"
        fi
    fi
    cp "$copy/kept" "$file"
}

(cd "$copy" && cargo test -q -p mynacard-cert) >"$copy/log" 2>&1 || { tail -40 "$copy/log"; echo "the tests fail without a bug"; exit 1; }

# The verdict.
plant verify.rs 'check_algorithm(leaf)?;' ''
plant verify.rs 'leaf.key().accept()?;' ''
plant verify.rs 'check_serial(leaf)?;' ''
plant verify.rs 'check_known_extensions(leaf)?;' ''
plant verify.rs 'check_not_authority(leaf)?;' ''
plant verify.rs 'check_issuer_is_accepted(store, leaf, P::USAGE)?;' ''
plant verify.rs 'check_key_usage(leaf, P::USAGE)?;' ''
plant verify.rs 'check_extended_key_usage(leaf, P::USAGE)?;' ''
plant verify.rs 'check_same_hierarchy(&hierarchies, &root)?;' ''
plant verify.rs 'check_root_validity(&root, at)?;' ''
plant verify.rs 'check_signature(leaf, &root)?;' ''
plant verify.rs 'check_begun(leaf, at)?;' ''
plant verify.rs 'if hierarchies.is_empty()' 'if false'
plant verify.rs 'let [policy] = found.as_slice()' 'let [policy, ..] = found.as_slice()'
plant verify.rs 'if !leaf .extensions() .is_critical(leaf.as_der(), oid::CERTIFICATE_POLICIES)' 'if false'
plant verify.rs 'if !leaf.extensions().is_critical(leaf.as_der(), oid::KEY_USAGE)' 'if false'
plant verify.rs 'if issuer != root.certificate().issuer_name()' 'if false'
plant verify.rs 'if serial != root.certificate().serial()' 'if false'
plant verify.rs '.find(|root| root.certificate().subject_name() == leaf.issuer_name())' '.next()'
plant verify.rs '.filter(|root| root.usage() == usage)' '.filter(|_| true)'
plant verify.rs '[0] => "zero",' ''
plant verify.rs '[first, ..] if *first >= 0x80 => "a negative number",' ''
plant verify.rs '_ if serial.len() > 20 => "more than 20 octets",' ''
plant verify.rs 'found != Some(expected)' 'found.is_none_or(|found| found & expected == 0)'
plant verify.rs '(not_before..=not_after).contains(&at)' '(not_before..not_after).contains(&at)'
plant verify.rs 'if at < not_before' 'if at <= not_before'
# Roots.
plant verify.rs 'if !extensions .authority .is_some_and(|constraints| constraints.is_authority)' 'if false'
plant verify.rs 'if extensions .key_usage .is_none_or(|bits| bits & KEY_CERT_SIGN == 0)' 'if false'
plant verify.rs 'if extensions.subject_key_identifier.is_none()' 'if false'
plant verify.rs 'if certificate.issuer_name() != certificate.subject_name()' 'if false'
plant verify.rs 'if !certificate.key().verifies(' 'if false && !certificate.key().verifies('
plant trust.rs 'if let Some(Hierarchy::JpkiTest | Hierarchy::Simulation) = certificate' 'if let Some(Hierarchy::Custom) = certificate'
plant roots.rs 'include_bytes!("../roots/production/authca03.cer")' 'include_bytes!("../roots/production/authca02.cer")'
# Expiry.
plant verdict.rs 'if at > end' 'if at >= end'
plant verdict.rs 'at.plus_months_in_japan(3) >= end' 'at.plus_months_in_japan(3) > end'
# Reading.
plant asn1/reader.rs 'if !minimal' 'if false'
plant asn1/reader.rs 'if count == 0' 'if false'
plant asn1/value.rs 'Some(tlv) if tlv.value == [0x00] => Err(tlv.fault("default value encoded")),' 'Some(tlv) if tlv.value == [0x00] => Ok(false),'
plant asn1/value.rs 'Some(tlv) if tlv.value == [0xFF] => Ok(true),' 'Some(tlv) if tlv.value != [0x00] => Ok(true),'
plant asn1/value.rs 'last.trailing_zeros() != u32::from(unused)' 'false'
plant asn1/value.rs '[0x00, second, ..] if *second < 0x80 => Err(tlv.fault("integer not minimal")),' ''
plant asn1/value.rs 'start && octet == 0x80' 'false'
plant asn1/time.rs 'if year < 2050' 'if false'
plant certificate.rs 'if whole.finish().is_err()' 'if false'
plant certificate.rs 'if inner_algorithm.full != algorithm.full' 'if false'
plant certificate.rs 'if not_after < not_before' 'if false'
plant certificate.rs 'if issuer.value.is_empty()' 'if false'
plant certificate.rs 'outer.finish().map_err(malformed)?;' ''
plant certificate.rs 'version(&mut fields)?;' 'fields.any().map_err(malformed)?;'
plant extension.rs 'if seen.contains(&kind.value)' 'if false'
plant extension.rs 'if bits == 0' 'if false'
plant extension.rs 'path_length.is_some() && !is_authority' 'false'
plant extension.rs 'found.iter().any(|(other, _)| *other == policy.value)' 'false'
plant extension.rs 'found.issuer.is_some() != found.serial.is_some()' 'false'
plant extension.rs 'reasons.is_none() && issuer.is_none()' 'true'
plant name.rs 'previous.is_some_and(|previous| previous >= attribute.full)' 'false'
plant name.rs 'text(value.tag, value.value) == Text::Bad' 'false'
plant name.rs 'if count > MAX_PARTS' 'if false'
# Keys and possession.
plant key.rs '!(2048..=4096).contains(&bits)' '!(1024..=4096).contains(&bits)'
plant key.rs '!(2048..=4096).contains(&bits)' '!(2047..=4096).contains(&bits)'
plant key.rs '!(65_537..=MAX_EXPONENT).contains(&e)' '!(65_535..=MAX_EXPONENT).contains(&e)'
plant key.rs 'key .verify(Pkcs1v15Sign::new_unprefixed(), content, signature) .is_ok()' 'true'
# The curve's own code refuses hybrid points; compressed ones are refused here alone.
plant key.rs 'point.len() == 1 + 2 * coordinate && point.first() == Some(&4)' 'true'
plant possession.rs 'if !fits' 'if false'
plant possession.rs 'if genuine' 'if true'
# OCSP.
plant revocation/ocsp.rs 'self.check_signature(body, question)?;' ''
plant revocation/ocsp.rs 'check_delegate(delegate, question)?;' ''
plant revocation/ocsp.rs 'self.check_nonce(body, request, policy)?' 'true'
plant revocation/ocsp.rs 'check_times(body, status, question.at(), policy, fresh_by_nonce)?;' ''
plant revocation/ocsp.rs 'body.unknown_critical || status.unknown_critical' 'false'
plant revocation/ocsp.rs '&& self.slice(&status.name_hash) == name_hash' ''
plant revocation/ocsp.rs '&& self.slice(&status.key_hash) == key_hash' ''
plant revocation/ocsp.rs '&& self.slice(&status.serial) == question.certificate().serial()' ''
plant revocation/ocsp.rs '(Some(_), Some(_)) => Err(Unknown::Ambiguous),' '(Some(status), Some(_)) => Ok(status),'
plant revocation/ocsp.rs '&& names_key_of(delegate, issuer)' ''
plant revocation/ocsp.rs '&& (delegate.not_before()..=delegate.not_after()).contains(&question.at())' ''
plant revocation/ocsp.rs '&& extensions.key_usage.is_none_or(|bits| bits & 0x8000 != 0)' ''
plant revocation/ocsp.rs 'delegate.issuer_name() == issuer.subject_name()' 'true'
plant revocation/ocsp.rs 'delegate.slice(range) == oid::OCSP_SIGNING' 'true'
plant revocation/ocsp.rs 'status.this_update > latest || body.produced_at > latest' 'false'
# Lists.
plant revocation/list.rs 'if walked.issuer != issuer.subject_name()' 'if false'
plant revocation/list.rs 'if extensions .key_identifier' 'if false && extensions.key_identifier'
plant revocation/list.rs '.is_none_or(|bits| bits & CRL_SIGN == 0)' '.is_none()'
plant revocation/list.rs 'check_scope(extensions, question.certificate())?;' ''
plant revocation/list.rs 'if walked.this_update > at.plus_seconds(policy.skew)' 'if false'
plant revocation/list.rs 'if walked.repeated' 'if false'
plant revocation/list.rs 'if extensions.unknown_critical' 'if false'
plant revocation/list.rs 'if extensions.delta' 'if false'
plant revocation/list.rs 'if extensions.indirect' 'if false'
plant revocation/list.rs 'if extensions.partial' 'if false'
plant revocation/list.rs 'if extensions.only_others' 'if false'
plant revocation/list.rs 'if shared' 'if true'
plant revocation/list.rs 'if outer_algorithm != algorithm_bytes' 'if false'
plant revocation/list.rs 'stream.finish()?;' ''
plant revocation/list.rs 'if part <= stage' 'if false'
plant revocation/mod.rs '(RevocationPolicy::RequireGood, Revocation::Unknown(why)) => {' '(RevocationPolicy::RequireGood, Revocation::Unknown(why)) if false => {'
# Records.
plant record/authority.rs 'if authority.hierarchy != self.hierarchy' 'if false'
plant record/authority.rs 'if !authority .key .verifies(' 'if false && !authority.key.verifies('
plant record/attributes.rs 'self.check_digest(&signature.signed_digest, &signature.signature)?;' ''
plant record/attributes.rs 'if digest != signature.attributes_digest' 'if false'
plant record/attributes.rs 'if agree && odd.is_empty()' 'if true'
plant record/face.rs 'self.check(&[birth.full, key.full].concat(), signature.value)?;' ''
plant record/face.rs 'self.check_three(&digests, signature.value)?;' ''
plant record/key.rs 'self.check(key.full, signature.value)?;' ''
plant record/key.rs 'if self .key .verifies(&SignatureAlgorithm::RsaSha256, message, signature)' 'if true'
plant holder.rs '_ => return Err(kind.fault("holder attribute appears twice")),' '_ => {}'

echo "$planted planted, $missed missed"
[ "$missed" -eq 0 ]
