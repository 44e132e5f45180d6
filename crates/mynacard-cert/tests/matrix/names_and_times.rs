//! Version, serial number, names and times.

use crate::Cases;
use crate::common::der::*;
use crate::common::forge::*;

pub(crate) fn fields(c: &mut Cases<'_>) {
    c.accept("the right one", |_| ());
    // Version.
    c.refuse("MC-3004", "version 1", |s| s.version = vec![]);
    c.refuse("MC-3001", "version 1 written out", |s| {
        s.version = tlv(0xA0, &int(&[0]))
    });
    c.refuse("MC-3004", "version 2", |s| {
        s.version = tlv(0xA0, &int(&[1]))
    });
    c.refuse("MC-3004", "version 4", |s| {
        s.version = tlv(0xA0, &int(&[3]))
    });
    c.refuse("MC-3001", "version negative", |s| {
        s.version = tlv(0xA0, &int(&[0xFF]))
    });
    c.refuse("MC-3001", "version in two octets", |s| {
        s.version = tlv(0xA0, &int(&[0, 2]))
    });
    c.refuse("MC-3001", "version and more", |s| {
        s.version = tlv(0xA0, &[int(&[2]), null()].concat())
    });
    // Serial number.
    c.refuse("MC-3109", "serial zero", |s| s.serial = vec![0]);
    c.refuse("MC-3109", "serial negative", |s| s.serial = vec![0x80]);
    c.refuse("MC-3109", "serial minus one", |s| s.serial = vec![0xFF]);
    c.refuse("MC-3109", "serial of 21 octets", |s| {
        s.serial = vec![0x11; 21]
    });
    c.refuse("MC-3109", "serial of 21 octets with sign octet", |s| {
        s.serial = [vec![0], vec![0x91; 20]].concat()
    });
    c.accept("serial of 20 octets", |s| s.serial = vec![0x11; 20]);
    c.accept("serial one", |s| s.serial = vec![1]);
    c.refuse("MC-3001", "serial empty", |s| s.serial = vec![]);
    c.refuse("MC-3001", "serial not minimal", |s| {
        s.serial = vec![0, 0x22]
    });
    c.refuse("MC-3001", "serial negative not minimal", |s| {
        s.serial = vec![0xFF, 0x80]
    });
    // Names.
    c.refuse("MC-3101", "issuer unknown to the key", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "SOMEBODY")]);
        s.ext(AUTHORITY_KEY).value = seq(&[tlv(0x80, &[9; 20])]);
    });
    c.refuse("MC-3118", "issuer another name", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "SOMEBODY")])
    });
    c.refuse("MC-3001", "issuer empty", |s| s.issuer = seq(&[]));
    c.refuse("MC-3118", "issuer in another string type", |s| {
        let purpose = String::from_utf8_lossy(content(&s.issuer)).contains("authentication");
        let ou = if purpose {
            "JPKI for user authentication"
        } else {
            "JPKI for digital signature"
        };
        s.issuer = seq(&[
            set(&[seq(&[oid("2.5.4.6"), utf8("JP")])]),
            set(&[seq(&[oid("2.5.4.10"), utf8("MYNACARD-HARNESS")])]),
            set(&[seq(&[oid("2.5.4.11"), utf8(ou)])]),
        ]);
    });
    c.refuse("MC-3102", "issuer of the production hierarchy", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "JPKI")]);
    });
    c.refuse("MC-3102", "issuer of the test hierarchy", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "JPKI-TEST")])
    });
    c.refuse("MC-3102", "issuer of the simulation", |s| {
        s.issuer = name(&[("C", "JP"), ("O", "MYNACARD-SIMULATION")]);
    });
    c.accept("subject of two localities", |s| {
        s.subject = name(&[("C", "JP"), ("L", "a"), ("L", "b"), ("CN", "1")])
    });
    c.refuse("MC-3001", "subject with an empty set", |s| {
        s.subject = seq(&[set(&[])])
    });
    c.refuse("MC-3001", "subject empty", |s| s.subject = seq(&[]));
    for (name, kind, value) in [
        ("two-octet letters", 0x1E, &[0, b'a'][..]),
        ("two-octet letters, one and a half", 0x1E, &[0, b'a', 0]),
        ("four-octet letters", 0x1C, &[0, 0, 0, b'a']),
        ("four-octet letters, cut off", 0x1C, &[0, 0, 0]),
        ("teletex beyond ASCII", 0x14, &[0xE5]),
        ("digits", 0x12, b"1"),
        ("an integer", 0x02, &[1]),
        ("an integer without content", 0x02, &[]),
        ("a list", 0x30, &[]),
    ] {
        c.refuse("MC-3001", &format!("subject in {name}"), |s| {
            s.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), tlv(kind, value)])])]);
        });
    }
    for (name, kind) in [("teletex", 0x14), ("international letters", 0x16)] {
        c.accept(&format!("subject in {name}"), |s| {
            s.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), tlv(kind, b"a")])])]);
        });
    }
    c.refuse("MC-3001", "subject with bad UTF-8", |s| {
        s.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), tlv(0x0C, &[0xFF, 0xFE])])])]);
    });
    c.refuse("MC-3001", "subject with a bad printable string", |s| {
        s.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), tlv(0x13, b"a@b")])])]);
    });
    c.refuse("MC-3001", "subject with a set out of order", |s| {
        let (a, b) = (
            seq(&[oid("2.5.4.3"), utf8("a")]),
            seq(&[oid("2.5.4.3"), utf8("b")]),
        );
        s.subject = seq(&[set(&[b, a])]);
    });
    c.refuse("MC-3001", "subject with a repeated member", |s| {
        let a = seq(&[oid("2.5.4.3"), utf8("a")]);
        s.subject = seq(&[set(&[a.clone(), a])]);
    });
    c.accept("subject with a set of two", |s| {
        let (a, b) = (
            seq(&[oid("2.5.4.3"), utf8("a")]),
            seq(&[oid("2.5.4.3"), utf8("b")]),
        );
        s.subject = seq(&[set(&[a, b])]);
    });
    c.refuse("MC-3001", "subject with an attribute of three parts", |s| {
        s.subject = seq(&[set(&[seq(&[oid("2.5.4.3"), utf8("a"), null()])])]);
    });
    c.refuse("MC-3001", "subject of 33 parts", |s| {
        s.subject = name(&[("CN", "1"); 33])
    });
    // Unique identifiers.
    c.refuse("MC-3001", "issuer unique identifier", |s| {
        s.unique = tlv(0x81, &[0, 1])
    });
    c.refuse("MC-3001", "subject unique identifier", |s| {
        s.unique = tlv(0x82, &[0, 1])
    });
}

pub(crate) fn times(c: &mut Cases<'_>) {
    let validity = |from: Vec<u8>, to: Vec<u8>| move |s: &mut Spec| s.validity = seq(&[from, to]);
    let end = || utc("300217145959Z");
    c.accept("begins this second", validity(utc("261121000000Z"), end()));
    c.refuse(
        "MC-3105",
        "begins next second",
        validity(utc("261121000001Z"), end()),
    );
    c.refuse(
        "MC-3105",
        "begins in 2050",
        validity(
            generalized("20500101000000Z"),
            generalized("20510101000000Z"),
        ),
    );
    c.accept(
        "ends this second",
        validity(utc("251027013542Z"), utc("261121000000Z")),
    );
    c.accept(
        "ended last second",
        validity(utc("251027013542Z"), utc("261120235959Z")),
    );
    c.accept(
        "ends after 2050",
        validity(utc("251027013542Z"), generalized("20500101000000Z")),
    );
    c.refuse(
        "MC-3001",
        "generalized time before 2050",
        validity(utc("251027013542Z"), generalized("20300217145959Z")),
    );
    c.refuse(
        "MC-3001",
        "generalized time with a fraction",
        validity(utc("251027013542Z"), generalized("20500217145959.5Z")),
    );
    c.refuse(
        "MC-3001",
        "time with an offset",
        validity(utc("251027013542+0900"), end()),
    );
    c.refuse(
        "MC-3001",
        "time without seconds",
        validity(utc("2510270135Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "time without Z",
        validity(utc("251027013542"), end()),
    );
    c.refuse(
        "MC-3001",
        "thirteenth month",
        validity(utc("251327013542Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "day nought",
        validity(utc("251000013542Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "29 February of no leap year",
        validity(utc("250229013542Z"), end()),
    );
    c.refuse("MC-3001", "hour 24", validity(utc("251027240000Z"), end()));
    c.refuse(
        "MC-3001",
        "leap second",
        validity(utc("251027015960Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "letters in the time",
        validity(utc("2510270135a2Z"), end()),
    );
    c.refuse(
        "MC-3001",
        "ends before it begins",
        validity(utc("251027013542Z"), utc("241027013542Z")),
    );
    c.refuse("MC-3001", "validity of one time", |s| {
        s.validity = seq(&[end()])
    });
    c.refuse("MC-3001", "validity of three times", |s| {
        s.validity = seq(&[utc("251027013542Z"), end(), end()])
    });
}
