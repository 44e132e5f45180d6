//! Health checkups (特定健診): contract lists, tickets and enrolment.
