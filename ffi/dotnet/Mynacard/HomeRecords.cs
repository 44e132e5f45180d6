// Consents (居宅同意取得型) and bulk queries, read.
using System;

namespace Mynacard
{
    /// <summary>What kind of care a consent is for.</summary>
    public enum Care
    {
        /// <summary>訪問診療等.</summary>
        Visiting,
        /// <summary>オンライン診療等.</summary>
        Online,
        /// <summary>外来診療.</summary>
        Outpatient
    }

    /// <summary>Who ends a consent.</summary>
    public enum CancelledBy
    {
        /// <summary>The institution.</summary>
        Institution,
        /// <summary>The patient.</summary>
        Patient,
        /// <summary>利用形態の変更.</summary>
        ChangeOfUse
    }

    /// <summary>Where a consent stands.</summary>
    public enum ConsentState
    {
        /// <summary>It holds.</summary>
        Active,
        /// <summary>Its time is over.</summary>
        Expired,
        /// <summary>It was cancelled.</summary>
        Cancelled,
        /// <summary>A state that this version does not know.</summary>
        Other
    }

    /// <summary>A consent of a patient.</summary>
    public sealed class Consent : Record
    {
        internal Consent(Json json) : base(json) { }

        /// <summary>The facility's reference.</summary>
        public string Reference { get { return Read["reference"].Text; } }
        /// <summary>visiting, online, outpatient.</summary>
        public Care Care { get { return Named(Read["care"].Text, Care.Visiting); } }
        /// <summary>What may be seen.</summary>
        public Consents Kinds
        {
            get
            {
                var kinds = Consents.None;
                foreach (var kind in Texts(Read["kinds"])) kinds |= Named(kind, Consents.None);
                return kinds;
            }
        }
        /// <summary>When it was given, UTC.</summary>
        public DateTime? GivenAt { get { return Time(Read["given_at"].Text); } }
        /// <summary>The day of the visit.</summary>
        public DateTime? Visit { get { return Day(Read["visit_date"].Text); } }
        /// <summary>When it ends, UTC.</summary>
        public DateTime? EndsAt { get { return Time(Read["ends_at"].Text); } }
        /// <summary>Where it stands.</summary>
        public ConsentState State { get { return Named(Read["state"].Text, ConsentState.Other); } }
        /// <summary>Who cancelled it: institution, patient, change-of-use.</summary>
        public string Reason { get { return Read["reason"].Text; } }
    }

    /// <summary>By which day consents are looked for.</summary>
    public enum DayOf
    {
        /// <summary>The day of the visit.</summary>
        Visit,
        /// <summary>The day of the consent.</summary>
        Consent
    }

    /// <summary>Which consents are listed or asked about.</summary>
    public sealed class ConsentQuery
    {
        /// <summary>Which care.</summary>
        public Care Care { get; set; }
        /// <summary>Which day counts.</summary>
        public DayOf By { get; set; }
        /// <summary>The first day; today unless set.</summary>
        public DateTime? From { get; set; }
        /// <summary>The last day; the first one unless set.</summary>
        public DateTime? To { get; set; }
        /// <summary>Of a bulk query: 限度額 information too.</summary>
        public bool LimitApplication { get; set; }
        /// <summary>Of a bulk query: 特定疾病療養受療証 information too.</summary>
        public bool SpecificDiseases { get; set; }

        internal string Ask(string what)
        {
            var ask = "{\"do\":\"" + what + "\",\"care\":\"" + Care.ToString().ToLowerInvariant() + "\",\"by\":\"" + (By == DayOf.Visit ? "visit-date" : "consent-date") + "\"";
            if (From.HasValue) ask += ",\"from\":\"" + Record.Written8(From.Value) + "\"";
            if (To.HasValue) ask += ",\"to\":\"" + Record.Written8(To.Value) + "\"";
            if (what == "submit") ask += ",\"limit_application\":" + (LimitApplication ? "true" : "false") + ",\"specific_diseases\":" + (SpecificDiseases ? "true" : "false");
            return ask + "}";
        }
    }

    /// <summary>Where a bulk query stands.</summary>
    public enum BulkState
    {
        /// <summary>The service works on it.</summary>
        InProgress,
        /// <summary>It can be downloaded.</summary>
        Finished,
        /// <summary>It failed.</summary>
        Failed,
        /// <summary>A state that this version does not know.</summary>
        Other
    }

    /// <summary>A patient of a bulk query, of the service or of a 資格確認端末.</summary>
    public sealed class BulkPatient : Record
    {
        internal BulkPatient(Json json) : base(json) { }

        /// <summary>The facility's reference.</summary>
        public string Reference { get { return Read["reference"].Text; } }
        /// <summary>Of a folder's bulk answer, which one of the file it is, from 1.</summary>
        public int? Number { get { return (int?)Read["number"].Number; } }
        /// <summary>Why there is no answer, a code; null where there is one.</summary>
        public string Error { get { return Read["error"].Text; } }
        /// <summary>The answer, as JSON for <see cref="Answer.Read"/> with <see cref="Document.Json"/>; null where there is none.</summary>
        public string AnswerJson { get { return Read["answer"].IsNull ? null : Read["answer"].Written; } }

        /// <summary>The answer; null where there is none. To be disposed.</summary>
        public Answer OpenAnswer()
        {
            if (AnswerJson == null) return null;
            var bytes = Calls.Utf8(AnswerJson);
            try { return Answer.Read(bytes, Document.Json); }
            finally { Array.Clear(bytes, 0, bytes.Length); }
        }
    }

    /// <summary>Where a request to a 資格確認端末 stands.</summary>
    public enum RequestState
    {
        /// <summary>Its answer is waited for.</summary>
        Waiting,
        /// <summary>It is waited for no longer.</summary>
        Abandoned,
        /// <summary>The program has its answer.</summary>
        Done,
        /// <summary>A state that this version does not know.</summary>
        Other
    }

    /// <summary>A request to a 資格確認端末.</summary>
    public sealed class AskedRequest : Record
    {
        internal AskedRequest(Json json) : base(json) { }

        /// <summary>Its name, which comes back with the answer.</summary>
        public string Name { get { return Read["name"].Text; } }
        /// <summary>What the program called it; null where it did not.</summary>
        public string FileIdentifier { get { return Read["file_identifier"].Text; } }
        /// <summary>When it was asked, UTC.</summary>
        public DateTime AskedAt { get { return Since1970(Read["asked_at"].Number); } }
        /// <summary>Where it stands.</summary>
        public RequestState State { get { return Named(Read["state"].Text, RequestState.Other); } }
    }

    /// <summary>What came for a request to a 資格確認端末.</summary>
    public sealed class ExchangeOutcome : Record
    {
        internal ExchangeOutcome(Json json) : base(json) { }

        /// <summary>Whether it is finished, or failed, or the terminal is still at it.</summary>
        public BulkState State { get { return Named(Read["outcome"].Text, BulkState.Other); } }
        /// <summary>Whether it came after it had been given up.</summary>
        public bool IsLate { get { return Read["late"].Truth ?? false; } }
        /// <summary>How many people it tells of.</summary>
        public int? People { get { return (int?)Read["people"].Number; } }
        /// <summary>The number that fetches the result with a download; null where there is none.</summary>
        public string ReceptionNumber { get { return Read["reception_number"].Text; } }
        /// <summary>The terminal's code of an error; null where there is none.</summary>
        public string ErrorCode { get { return Read["error_code"].Text; } }
        /// <summary>The terminal's sentence about it; null where there is none.</summary>
        public string ErrorMessage { get { return Read["error_message"].Text; } }
    }

    /// <summary>What a download came to.</summary>
    public sealed class BulkDownload : Record
    {
        internal BulkDownload(Json json) : base(json) { }

        /// <summary>Where the query stands.</summary>
        public BulkState State { get { return Named(Read["state"].Text, BulkState.Other); } }
        /// <summary>How many patients were handed out.</summary>
        public int Patients { get { return (int)(Read["patients"].Number ?? 0); } }
    }
}
