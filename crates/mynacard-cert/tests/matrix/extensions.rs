//! Extensions.

use crate::Cases;
use crate::common::der::*;
use crate::common::forge::*;
use mynacard_cert::Usage;

fn own_policy(authority: &Authority) -> &'static str {
    match authority.usage {
        Usage::Authentication => "1.2.392.200149.8.5.1.3.30",
        Usage::Signature => "1.2.392.200149.8.5.1.1.20",
    }
}

pub(crate) fn extensions(c: &mut Cases<'_>) {
    let authority = c.authority;
    let usage = authority.usage;
    // keyUsage: every single bit, and some sets.
    for bit in 0..16_u8 {
        let octets: Vec<u8> = if bit < 8 {
            vec![0x80 >> bit]
        } else {
            vec![0, 0x80 >> (bit - 8)]
        };
        let right = usage == Usage::Authentication && bit == 0;
        let value = bits(7 - bit % 8, &octets);
        c.push(
            &format!("keyUsage bit {bit}"),
            if right { None } else { Some("MC-3110") },
            |s| s.ext(KEY_USAGE).value = value,
        );
    }
    let all = [
        (6, 0xC0),
        (5, 0xA0),
        (2, 0x84),
        (1, 0x86),
        (0, 0xFF),
        (5, 0xE0),
        (6, 0x40),
    ];
    for (unused, octet) in all {
        let right = usage == Usage::Signature && octet == 0xC0;
        c.push(
            &format!("keyUsage {octet:02X}"),
            if right { None } else { Some("MC-3110") },
            |s| {
                s.ext(KEY_USAGE).value = bits(unused, &[octet]);
            },
        );
    }
    c.refuse("MC-3110", "no keyUsage", |s| s.remove(KEY_USAGE));
    c.refuse("MC-3001", "keyUsage empty", |s| {
        s.ext(KEY_USAGE).value = bits(0, &[])
    });
    c.refuse("MC-3001", "keyUsage of zeros", |s| {
        s.ext(KEY_USAGE).value = bits(0, &[0])
    });
    c.refuse("MC-3001", "keyUsage with trailing zeros", |s| {
        s.ext(KEY_USAGE).value = bits(0, &[0x80])
    });
    c.refuse("MC-3001", "keyUsage with a trailing octet", |s| {
        s.ext(KEY_USAGE).value = bits(7, &[0x80, 0])
    });
    c.refuse("MC-3001", "keyUsage of three octets", |s| {
        s.ext(KEY_USAGE).value = bits(7, &[0x80, 0, 0x80])
    });
    c.refuse("MC-3001", "keyUsage not a bit string", |s| {
        s.ext(KEY_USAGE).value = octets(&[0x80])
    });
    c.refuse("MC-3001", "keyUsage and more", |s| {
        s.ext(KEY_USAGE).value.extend(null())
    });
    c.refuse("MC-3117", "keyUsage not critical", |s| {
        s.ext(KEY_USAGE).critical = vec![]
    });
    c.refuse("MC-3117", "policies not critical", |s| {
        s.ext(POLICIES).critical = vec![]
    });
    // basicConstraints.
    let constraints = |value: Vec<u8>| {
        move |s: &mut Spec| s.extensions.push(Ext::new(BASIC_CONSTRAINTS, true, value))
    };
    c.refuse("MC-3113", "CA:TRUE", constraints(seq(&[yes()])));
    c.refuse(
        "MC-3113",
        "CA:TRUE with path length 0",
        constraints(seq(&[yes(), int(&[0])])),
    );
    c.refuse("MC-3113", "CA:TRUE", |s| {
        s.extensions
            .push(Ext::new(BASIC_CONSTRAINTS, false, seq(&[yes()])));
    });
    c.accept("basicConstraints empty", constraints(seq(&[])));
    c.refuse(
        "MC-3001",
        "CA:FALSE written out",
        constraints(seq(&[vec![1, 1, 0]])),
    );
    c.refuse("MC-3001", "CA of 01", constraints(seq(&[vec![1, 1, 1]])));
    c.refuse(
        "MC-3001",
        "path length without CA",
        constraints(seq(&[int(&[0])])),
    );
    c.refuse(
        "MC-3001",
        "path length negative",
        constraints(seq(&[yes(), int(&[0xFF])])),
    );
    c.refuse(
        "MC-3001",
        "basicConstraints and more",
        constraints(seq(&[yes(), int(&[0]), null()])),
    );
    // Policies.
    let own = own_policy(authority);
    let policies = |list: &[&str]| seq(&list.iter().map(|p| seq(&[oid(p)])).collect::<Vec<_>>());
    c.accept("policy without qualifier", |s| {
        s.ext(POLICIES).value = policies(&[own])
    });
    c.refuse("MC-3112", "no policy", |s| s.remove(POLICIES));
    for (name, list) in [
        ("any policy", vec!["2.5.29.32.0"]),
        ("unknown policy", vec!["1.2.3.4"]),
        ("policy one longer", vec!["1.2.392.200149.8.5.1.3.30.1"]),
        ("policy one shorter", vec!["1.2.392.200149.8.5.1.3"]),
        ("two policies", vec![own, "1.2.3.4"]),
        ("two policies, the other first", vec!["1.2.3.4", own]),
    ] {
        c.refuse("MC-3112", name, |s| s.ext(POLICIES).value = policies(&list));
    }
    let (other_usage, test) = match usage {
        Usage::Authentication => ("1.2.392.200149.8.5.1.1.20", "1.2.392.200149.8.5.1.0.30"),
        Usage::Signature => ("1.2.392.200149.8.5.1.3.30", "1.2.392.200149.8.5.1.0.20"),
    };
    c.refuse("MC-3103", "policy of the other usage", |s| {
        s.ext(POLICIES).value = policies(&[other_usage])
    });
    c.refuse("MC-3102", "policy of the test hierarchy", |s| {
        s.ext(POLICIES).value = policies(&[test])
    });
    c.refuse("MC-3001", "policy twice", |s| {
        s.ext(POLICIES).value = policies(&[own, own])
    });
    c.refuse("MC-3001", "policies empty", |s| {
        s.ext(POLICIES).value = seq(&[])
    });
    c.refuse("MC-3001", "qualifiers empty", |s| {
        s.ext(POLICIES).value = seq(&[seq(&[oid(own), seq(&[])])])
    });
    c.refuse("MC-3001", "policy and more", |s| {
        s.ext(POLICIES).value = seq(&[seq(&[oid(own), null()])])
    });
    // Extended key usage.
    let eku = |list: &[&str]| seq(&list.iter().map(|p| oid(p)).collect::<Vec<_>>());
    let (client, server, any) = (CLIENT_AUTH, "1.3.6.1.5.5.7.3.1", "2.5.29.37.0");
    match usage {
        Usage::Authentication => {
            c.refuse("MC-3111", "no extended key usage", |s| {
                s.remove(EXTENDED_KEY_USAGE)
            });
            for (name, list) in [
                ("serverAuth", vec![server]),
                ("anyExtendedKeyUsage", vec![any]),
                ("ocspSigning", vec!["1.3.6.1.5.5.7.3.9"]),
            ] {
                c.refuse("MC-3111", name, |s| {
                    s.ext(EXTENDED_KEY_USAGE).value = eku(&list)
                });
            }
            c.accept("clientAuth among others", |s| {
                s.ext(EXTENDED_KEY_USAGE).value = eku(&[server, client])
            });
            c.refuse("MC-3001", "extended key usage empty", |s| {
                s.ext(EXTENDED_KEY_USAGE).value = seq(&[])
            });
            c.refuse("MC-3001", "extended key usage not a list", |s| {
                s.ext(EXTENDED_KEY_USAGE).value = oid(client)
            });
        }
        Usage::Signature => {
            for (name, list) in [
                ("clientAuth", vec![client]),
                ("serverAuth", vec![server]),
                ("any", vec![any]),
            ] {
                c.refuse("MC-3111", name, |s| {
                    s.extensions
                        .push(Ext::new(EXTENDED_KEY_USAGE, false, eku(&list)))
                });
            }
        }
    }
    key_references(c);
    unknown_and_repeated(c);
    // Other known extensions must have their form.
    for (name, number, value) in [
        ("alternative names empty", ISSUER_ALT_NAME, seq(&[])),
        (
            "alternative name of unknown kind",
            ISSUER_ALT_NAME,
            seq(&[tlv(0x8F, b"x")]),
        ),
        (
            "alternative name not ASCII",
            ISSUER_ALT_NAME,
            seq(&[tlv(0x82, &[0xE5])]),
        ),
        (
            "alternative name not a name",
            ISSUER_ALT_NAME,
            seq(&[tlv(0xA4, &null())]),
        ),
        ("distribution points empty", DISTRIBUTION_POINTS, seq(&[])),
        (
            "distribution point empty",
            DISTRIBUTION_POINTS,
            seq(&[seq(&[])]),
        ),
        (
            "distribution point without names",
            DISTRIBUTION_POINTS,
            seq(&[seq(&[tlv(0xA0, &tlv(0xA0, &[]))])]),
        ),
        (
            "distribution point of unknown kind",
            DISTRIBUTION_POINTS,
            seq(&[seq(&[tlv(0xA5, &[])])]),
        ),
        ("subject key empty", SUBJECT_KEY, octets(&[])),
        ("subject key not octets", SUBJECT_KEY, utf8("x")),
    ] {
        c.refuse("MC-3001", name, |s| s.ext(number).value = value);
    }
    c.refuse("MC-3001", "information access empty", |s| {
        s.extensions.retain(|e| e.oid != INFORMATION_ACCESS);
        s.extensions
            .push(Ext::new(INFORMATION_ACCESS, false, seq(&[])));
    });
    for (name, number) in [
        ("issuer names", ISSUER_ALT_NAME),
        ("distribution points", DISTRIBUTION_POINTS),
        ("subject key", SUBJECT_KEY),
    ] {
        c.accept(&format!("without {name}"), |s| s.remove(number));
    }
    c.accept("extensions in another order", |s| s.extensions.reverse());
}

fn key_references(c: &mut Cases<'_>) {
    let authority = c.authority;
    let key = || tlv(0x80, &authority.key.identifier());
    let issuer = || tlv(0xA1, &tlv(0xA4, &authority.name));
    let serial = || tlv(0x82, &authority.serial);
    let reference = |parts: &[Vec<u8>]| {
        let value = seq(parts);
        move |s: &mut Spec| s.ext(AUTHORITY_KEY).value = value
    };
    c.accept("key identifier alone", reference(&[key()]));
    c.refuse("MC-3114", "no authority key identifier", |s| {
        s.remove(AUTHORITY_KEY)
    });
    c.refuse("MC-3114", "authority key identifier empty", reference(&[]));
    c.refuse(
        "MC-3114",
        "issuer and serial alone",
        reference(&[issuer(), serial()]),
    );
    c.refuse(
        "MC-3101",
        "another key identifier",
        reference(&[tlv(0x80, &[7; 20]), issuer(), serial()]),
    );
    c.refuse(
        "MC-3101",
        "key identifier one bit off",
        reference(&[{
            let mut id = authority.key.identifier();
            id[19] ^= 1;
            tlv(0x80, &id)
        }]),
    );
    c.refuse(
        "MC-3101",
        "key identifier cut short",
        reference(&[tlv(0x80, &authority.key.identifier()[..19])]),
    );
    c.refuse(
        "MC-3101",
        "key identifier without content",
        reference(&[tlv(0x80, &[])]),
    );
    let other = name(&[("C", "JP"), ("O", "SOMEBODY")]);
    c.refuse(
        "MC-3114",
        "another issuer in the reference",
        reference(&[key(), tlv(0xA1, &tlv(0xA4, &other)), serial()]),
    );
    c.refuse(
        "MC-3114",
        "another serial in the reference",
        reference(&[key(), issuer(), tlv(0x82, &[0x05, 0x32])]),
    );
    c.refuse(
        "MC-3001",
        "serial of the reference not minimal",
        reference(&[key(), issuer(), tlv(0x82, &[0, 0x05, 0x31])]),
    );
    c.refuse(
        "MC-3001",
        "issuer without serial",
        reference(&[key(), issuer()]),
    );
    c.refuse(
        "MC-3001",
        "serial without issuer",
        reference(&[key(), serial()]),
    );
    c.refuse(
        "MC-3001",
        "reference out of order",
        reference(&[issuer(), serial(), key()]),
    );
    c.refuse(
        "MC-3001",
        "reference with more",
        reference(&[key(), tlv(0x83, &[1])]),
    );
    c.refuse(
        "MC-3001",
        "reference to two issuers",
        reference(&[
            key(),
            tlv(
                0xA1,
                &[tlv(0xA4, &authority.name), tlv(0xA4, &authority.name)].concat(),
            ),
            serial(),
        ]),
    );
}

fn unknown_and_repeated(c: &mut Cases<'_>) {
    let unknown = "1.2.3.4.5";
    c.accept("unknown extension", |s| {
        s.extensions.push(Ext::new(unknown, false, vec![1, 2, 3]))
    });
    c.refuse("MC-3115", "unknown critical extension", |s| {
        s.extensions.push(Ext::new(unknown, true, null()))
    });
    for (name, number) in [
        ("nameConstraints", "2.5.29.30"),
        ("policyConstraints", "2.5.29.36"),
        ("policyMappings", "2.5.29.33"),
        ("inhibitAnyPolicy", "2.5.29.54"),
        ("Netscape certificate type", "2.16.840.1.113730.1.1"),
        ("proxy certificate", "1.3.6.1.5.5.7.1.14"),
    ] {
        c.refuse("MC-3115", &format!("critical {name}"), |s| {
            s.extensions.push(Ext::new(number, true, bits(7, &[0x80])));
        });
    }
    never_here(c);
    c.refuse("MC-3001", "critical=FALSE written out", |s| {
        s.ext(SUBJECT_KEY).critical = vec![1, 1, 0]
    });
    c.refuse("MC-3001", "critical of 01", |s| {
        s.ext(KEY_USAGE).critical = vec![1, 1, 1]
    });
    c.refuse("MC-3001", "critical of two octets", |s| {
        s.ext(KEY_USAGE).critical = vec![1, 2, 0xFF, 0xFF]
    });
    c.refuse("MC-3006", "unknown extension twice", |s| {
        s.extensions.push(Ext::new(unknown, false, null()));
        s.extensions.push(Ext::new(unknown, false, null()));
    });
    let known: Vec<String> = c
        .authority
        .leaf()
        .extensions
        .iter()
        .map(|e| e.oid.clone())
        .collect();
    for number in known {
        c.refuse("MC-3006", &format!("{number} twice"), |s| {
            let copy = s.ext(&number).clone();
            s.extensions.push(copy);
        });
    }
    c.refuse("MC-3001", "33 extensions", |s| {
        for index in 0..33 {
            s.extensions
                .push(Ext::new(&format!("1.2.3.{index}"), false, null()));
        }
    });
    c.refuse("MC-3001", "no extension in the list", |s| {
        s.raw_extensions = Some(tlv(0xA3, &seq(&[])))
    });
    c.refuse("MC-3112", "no extensions", |s| {
        s.raw_extensions = Some(vec![])
    });
    c.refuse("MC-3001", "extensions twice", |s| {
        let list = tlv(
            0xA3,
            &seq(&s.extensions.iter().map(Ext::encode).collect::<Vec<_>>()),
        );
        s.raw_extensions = Some([list.clone(), list].concat());
    });
}

/// What is never critical, and what no certificate of the profile has at all: openssl refuses most of it, at least where its
/// content is not its own.
fn never_here(c: &mut Cases<'_>) {
    let present: Vec<String> = c
        .authority
        .leaf()
        .extensions
        .iter()
        .map(|e| e.oid.clone())
        .collect();
    for (name, number) in [
        ("authority key identifier", AUTHORITY_KEY),
        ("subject key identifier", SUBJECT_KEY),
        ("information access", INFORMATION_ACCESS),
        ("issuer names", ISSUER_ALT_NAME),
    ] {
        if present.iter().any(|one| one == number) {
            c.refuse("MC-3115", &format!("critical {name}"), |s| {
                s.ext(number).critical = yes();
            });
        }
    }
    for (name, number) in [
        ("distribution points", DISTRIBUTION_POINTS),
        ("extended key usage", EXTENDED_KEY_USAGE),
        ("holder attributes", SUBJECT_ALT_NAME),
    ] {
        if present.iter().any(|one| one == number) {
            c.accept(&format!("critical {name}"), |s| {
                s.ext(number).critical = yes();
            });
        }
    }
    for (name, number, right) in [
        ("nameConstraints", "2.5.29.30", seq(&[])),
        ("policyMappings", "2.5.29.33", seq(&[])),
        (
            "policyConstraints",
            "2.5.29.36",
            seq(&[tlv(0x80, &[0]), tlv(0x81, &[0])]),
        ),
        ("inhibitAnyPolicy", "2.5.29.54", int(&[0])),
        (
            "proxy certificate",
            "1.3.6.1.5.5.7.1.14",
            seq(&[seq(&[oid("1.3.6.1.5.5.7.21.1")])]),
        ),
        (
            "Netscape certificate type",
            "2.16.840.1.113730.1.1",
            bits(7, &[0x80]),
        ),
        ("address blocks", "1.3.6.1.5.5.7.1.7", seq(&[])),
        ("autonomous systems", "1.3.6.1.5.5.7.1.8", seq(&[])),
    ] {
        c.refuse("MC-3119", &format!("{name} beside"), |s| {
            s.extensions.push(Ext::new(number, false, right));
        });
        c.refuse("MC-3119", &format!("{name} of nothing"), |s| {
            s.extensions.push(Ext::new(number, false, null()));
        });
    }
    // Values inside names.
    let other = |value: Vec<u8>| seq(&[tlv(0xA0, &[oid("1.2.3.4"), tlv(0xA0, &value)].concat())]);
    for (name, right, value) in [
        ("an integer without content", false, other(tlv(2, &[]))),
        ("a truth of two octets", false, other(tlv(1, &[0, 0]))),
        ("nothing with content", false, other(tlv(5, &[0]))),
        ("an identifier cut off", false, other(tlv(6, &[0x80]))),
        ("bits without content", false, other(tlv(3, &[]))),
        (
            "two-octet letters, one and a half",
            false,
            other(tlv(0x1E, &[0, 1, 2])),
        ),
        ("bytes that are no text", false, other(tlv(0x0C, &[0xFF]))),
        ("an integer", true, other(int(&[1]))),
        ("octets", true, other(octets(&[1]))),
        ("a list", true, other(seq(&[]))),
        ("text", true, other(utf8("試"))),
    ] {
        let code = if right { None } else { Some("MC-3001") };
        c.push(&format!("other name of {name}"), code, |s| {
            s.extensions.retain(|e| e.oid != SUBJECT_ALT_NAME);
            s.extensions.push(Ext::new(SUBJECT_ALT_NAME, false, value));
        });
    }
    for (name, value) in [
        ("a registered identifier cut off", tlv(0x88, &[0x80])),
        ("an X.400 address", tlv(0xA3, &null())),
        ("an EDI party", tlv(0xA5, &null())),
    ] {
        c.refuse("MC-3001", &format!("subject also {name}"), |s| {
            s.extensions.retain(|e| e.oid != SUBJECT_ALT_NAME);
            s.extensions
                .push(Ext::new(SUBJECT_ALT_NAME, false, seq(&[value])));
        });
    }
    let relative = |content: &[u8]| seq(&[seq(&[tlv(0xA0, &tlv(0xA1, content))])]);
    c.refuse("MC-3001", "relative distribution point of nothing", |s| {
        s.ext(DISTRIBUTION_POINTS).value = relative(&null());
    });
    c.accept("relative distribution point", |s| {
        s.ext(DISTRIBUTION_POINTS).value = relative(&seq(&[oid("2.5.4.3"), utf8("a")]));
    });
}
