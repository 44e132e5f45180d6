//! A stand-in for the eligibility web service, for tests: HTTPS, SQLite, synthetic people.
