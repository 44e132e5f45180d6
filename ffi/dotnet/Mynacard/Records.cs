using System;
using System.Collections.Generic;

namespace Mynacard
{
    /// <summary>What to keep with an answer that a check brought: number, evidence and times, and nothing of the patient.</summary>
    public sealed class CheckRecord
    {
        private CheckRecord() { }

        /// <summary>The service's number of the check.</summary>
        public string CheckId { get; private set; }
        /// <summary>How identity was established: online-pin, online-visual, online-requery.</summary>
        public string Evidence { get; private set; }
        /// <summary>Whether the card is registered as insurance card (利用登録).</summary>
        public bool Registered { get; private set; }
        /// <summary>How often the card was spoken to.</summary>
        public int CardExchanges { get; private set; }
        /// <summary>Where the card's certificate stands: good, ends-soon, ended, other.</summary>
        public string Certificate { get; private set; }
        /// <summary>What staff should know besides: ends-soon, expired, issuer-unknown, not-production, clock-off.</summary>
        public string[] Warnings { get; private set; }
        /// <summary>Sentences for staff about this outcome, Japanese.</summary>
        public string[] Guidance { get; private set; }
        /// <summary>When the answer came, UTC.</summary>
        public DateTime CheckedAt { get; private set; }
        /// <summary>The document itself.</summary>
        public string Written { get; private set; }

        internal static CheckRecord Of(string written)
        {
            if (written == null) return null;
            var json = Json.Parse(written);
            var warnings = new List<string>();
            foreach (var one in json["warnings"].Items) warnings.Add(one.Text);
            var guidance = new List<string>();
            foreach (var one in json["guidance"].Items)
                foreach (var part in new[] { one["staff"]["ja"].Text, one["next"]["ja"].Text })
                    if (!string.IsNullOrEmpty(part)) guidance.Add(part);
            return new CheckRecord
            {
                CheckId = json["check_id"].Text, Evidence = json["evidence"].Text, Registered = json["registered"].Truth ?? false,
                CardExchanges = (int)(json["card_exchanges"].Number ?? 0), Certificate = json["certificate"].Text,
                Warnings = warnings.ToArray(), Guidance = guidance.ToArray(),
                CheckedAt = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(json["checked_at"].Number ?? 0), Written = written
            };
        }
    }

    /// <summary>What is known of a terminal.</summary>
    public sealed class TerminalDetails
    {
        private TerminalDetails() { }

        /// <summary>The terminal's name.</summary>
        public string Name { get; private set; }
        /// <summary>The institution's code, ten digits.</summary>
        public string InstitutionCode { get; private set; }
        /// <summary>The institution's name.</summary>
        public string InstitutionName { get; private set; }
        /// <summary>Whether this institution may check by sight (目視確認).</summary>
        public bool VisualCheckAllowed { get; private set; }
        /// <summary>When the terminal's certificate ends, UTC.</summary>
        public DateTime NotAfter { get; private set; }
        /// <summary>The document itself.</summary>
        public string Written { get; private set; }

        internal static TerminalDetails Of(string written)
        {
            var json = Json.Parse(written);
            return new TerminalDetails
            {
                Name = json["name"].Text, InstitutionCode = json["institution"]["code"].Text, InstitutionName = json["institution"]["name"].Text,
                VisualCheckAllowed = json["visual_check_allowed"].Truth ?? false,
                NotAfter = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(json["not_after"].Number ?? 0), Written = written
            };
        }
    }

    /// <summary>Photo and images of a card, verified: the issuer signed them and the card holds the key beside them. Disposing
    /// clears the bytes.</summary>
    public sealed class CardFace : IDisposable
    {
        internal CardFace() { }

        /// <summary>The portrait, JPEG 2000.</summary>
        public byte[] Photo { get; internal set; }
        /// <summary>The name as an image, PNG.</summary>
        public byte[] Name { get; internal set; }
        /// <summary>The address as an image, PNG.</summary>
        public byte[] Address { get; internal set; }
        /// <summary>Birth date and sex, JSON.</summary>
        public string Written { get; internal set; }

        /// <summary>Clears the images.</summary>
        public void Dispose()
        {
            foreach (var bytes in new[] { Photo, Name, Address }) if (bytes != null) Array.Clear(bytes, 0, bytes.Length);
        }
    }
}
