//! An authority of openssl's in the names of the JPKI test hierarchy, for the tests that ask whether a certificate was revoked: those of
//! this crate, of the command and of the C library.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// All that openssl needs to speak about roots, cards' certificates and their lists.
const CONFIGURATION: &str = "
[req]
distinguished_name = none
string_mask = utf8only
prompt = no
[none]
[root_name]
C = JP
O = JPKI-TEST
OU = JPKI for user authentication
[leaf_name]
C = JP
CN = 0000000000000000000000000
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
certificatePolicies = critical, 1.2.392.200149.8.5.1.0.30
authorityKeyIdentifier = keyid, issuer
crlDistributionPoints = point
authorityInfoAccess = OCSP;URI:RESPONDER
[point]
fullname = dirName:point_name
[point_name]
C = JP
O = JPKI-TEST
CN = Kiyose-shi CRLDP
[other_name]
C = JP
O = JPKI-TEST
CN = Hino-shi CRLDP
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
certificate = root.pem
private_key = root.key
default_md = sha256
default_crl_days = 7
policy = any
[any]
[list]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @own_point
[own_point]
fullname = dirName:point_name
onlyuser = TRUE
[elsewhere]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @other_point
[other_point]
fullname = dirName:other_name
";

const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

/// A folder with a root and a certificate of its (`root.pem`, `leaf.pem`), whose number is 0x227B13.
pub(crate) struct Authority {
    folder: TempDir,
}

#[allow(
    dead_code,
    reason = "each of the tests that share this uses a part of it"
)]
impl Authority {
    /// The certificate names this address of a responder.
    pub(crate) fn new(responder: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Self { folder };
        let configuration = CONFIGURATION.replace("RESPONDER", responder);
        authority.write("ca.cnf", configuration.as_bytes());
        for name in ["root", "leaf"] {
            let own = configuration.replace("name = none", &format!("name = {name}_name"));
            authority.write(&format!("{name}.cnf"), own.as_bytes());
        }
        authority.write("crlnumber", b"01\n");
        authority.write("index.txt", b"");
        authority.root("root");
        authority.issue("leaf", "0x227b13");
        authority
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    /// Runs openssl here, with words apart by one blank; it must succeed.
    #[track_caller]
    pub(crate) fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl")
            .current_dir(self.path())
            .args(arguments.split(' '))
            .output()
            .expect("this test needs the command openssl");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {error}");
    }

    /// A root of the one name that all roots here have, and its key.
    pub(crate) fn root(&self, name: &str) {
        self.openssl(&format!(
            "req -x509 {KEY} -config root.cnf -extensions root -days 3000 -keyout {name}.key -out {name}.pem"
        ));
    }

    /// A certificate of the root, with a number.
    pub(crate) fn issue(&self, name: &str, serial: &str) {
        self.openssl(&format!(
            "req -new {KEY} -config leaf.cnf -keyout {name}.key -out {name}.csr"
        ));
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA root.pem -CAkey root.key -set_serial {serial} -extfile ca.cnf -extensions leaf -days 1800 -out {name}.pem"
        ));
    }

    /// A certificate as DER.
    pub(crate) fn der(&self, name: &str) -> Vec<u8> {
        self.openssl(&format!("x509 -in {name}.pem -outform der -out {name}.der"));
        self.read(&format!("{name}.der"))
    }

    /// The list of what is in `index.txt`, of the distribution point that a section names, as PEM (`list.pem`) and as DER.
    pub(crate) fn list(&self, section: &str) -> Vec<u8> {
        self.openssl(&format!(
            "ca -config ca.cnf -gencrl -crlexts {section} -out list.pem"
        ));
        self.openssl("crl -in list.pem -outform der -out list.der");
        self.read("list.der")
    }

    /// The answer to `request.der` by a register, signed by a root; also in `answer.der`.
    pub(crate) fn answer(&self, register: &str, signer: &str) -> Vec<u8> {
        self.write("register.txt", register.as_bytes());
        self.openssl(&format!(
            "ocsp -index register.txt -CA root.pem -rsigner {signer}.pem -rkey {signer}.key -reqin request.der -respout answer.der -ndays 1"
        ));
        self.read("answer.der")
    }
}
