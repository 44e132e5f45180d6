//! The vocabulary of Japanese online health insurance eligibility (オンライン資格確認).
