// Consents (居宅同意取得型) and bulk queries of a desk, as types over its JSON documents.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;

namespace Mynacard
{
    /// <summary>What a consent is for.</summary>
    public enum Care
    {
        /// <summary>訪問診療等.</summary>
        Visiting = 0,
        /// <summary>オンライン診療等.</summary>
        Online = 1,
        /// <summary>外来.</summary>
        Outpatient = 2
    }

    /// <summary>Why a consent ends before its time.</summary>
    public enum ConsentEnd
    {
        /// <summary>The patient wants it.</summary>
        Patient = 0,
        /// <summary>The institution wants it.</summary>
        Institution = 1,
        /// <summary>It is used for something else from now on.</summary>
        ChangeOfUse = 2
    }

    /// <summary>By which of its dates a consent is listed.</summary>
    public enum ConsentDate
    {
        /// <summary>When the patient is visited.</summary>
        Visit = 0,
        /// <summary>When the consent was given.</summary>
        Consent = 1
    }

    /// <summary>A patient's consent.</summary>
    public sealed class Consent
    {
        private Consent() { }

        /// <summary>The facility's reference.</summary>
        public string Reference { get; private set; }
        /// <summary>What it is for.</summary>
        public Care Care { get; private set; }
        /// <summary>What may be shown.</summary>
        public Consents Kinds { get; private set; }
        /// <summary>UTC.</summary>
        public DateTime GivenAt { get; private set; }
        /// <summary>UTC.</summary>
        public DateTime EndsAt { get; private set; }
        /// <summary>YYYYMMDD.</summary>
        public string VisitDate { get; private set; }
        /// <summary>active, expired, cancelled.</summary>
        public string State { get; private set; }
        /// <summary>Whether it holds.</summary>
        public bool IsActive { get { return State == "active"; } }

        internal static Consent Of(Json json)
        {
            var kinds = Consents.None;
            foreach (var kind in json["kinds"].Texts) kinds |= kind == "checkups" ? Consents.Checkups : kind == "medicines" ? Consents.Medicines : kind == "treatment" ? Consents.Treatment : kind == "operations" ? Consents.Operations : Consents.None;
            return new Consent
            {
                Reference = json["reference"].Text, Care = json["care"].Text == "online" ? Care.Online : json["care"].Text == "outpatient" ? Care.Outpatient : Care.Visiting,
                Kinds = kinds, GivenAt = Time(json["given_at"]), EndsAt = Time(json["ends_at"]), VisitDate = json["visit_date"].Text, State = json["state"].Text
            };
        }

        private static DateTime Time(Json json)
        {
            DateTime time;
            return DateTime.TryParse(json.Text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out time) ? time : default(DateTime);
        }
    }

    /// <summary>Where a bulk query stands.</summary>
    public enum BulkState
    {
        /// <summary>Ask again later.</summary>
        InProgress = 0,
        /// <summary>It can be downloaded.</summary>
        Finished = 1,
        /// <summary>It came to nothing.</summary>
        Failed = 2,
        /// <summary>A state that this version does not know.</summary>
        Other = 99
    }

    public sealed partial class Desk
    {
        /// <summary>Registers what a patient consented to in a check whose consents her card signed; the visit (YYYYMMDD) is today where it
        /// is left out.</summary>
        public Consent RegisterConsent(Answer checkedAnswer, string reference, Care care, Consents kinds, string visit = null, Cancel cancel = null)
        {
            if (checkedAnswer == null) throw new ArgumentNullException("checkedAnswer");
            return Consent.Of(Json.Parse(Home(Ask("register", "reference", reference, "care", Name(care), "visit", visit) + Named(kinds) + "}", checkedAnswer, cancel)));
        }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<Consent> RegisterConsentAsync(Answer checkedAnswer, string reference, Care care, Consents kinds, string visit = null, Cancel cancel = null)
        {
            return Task.Run(() => RegisterConsent(checkedAnswer, reference, care, kinds, visit, cancel));
        }

        /// <summary>A patient's consent, by the facility's reference.</summary>
        public Consent FindConsent(string reference, Cancel cancel = null) { return One(Ask("inquire", "reference", reference) + "}", cancel); }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<Consent> FindConsentAsync(string reference, Cancel cancel = null) { return Task.Run(() => FindConsent(reference, cancel)); }

        /// <summary>From now on less may be shown.</summary>
        public Consent ChangeConsent(string reference, Consents kinds, Cancel cancel = null) { return One(Ask("change", "reference", reference) + Named(kinds) + "}", cancel); }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<Consent> ChangeConsentAsync(string reference, Consents kinds, Cancel cancel = null) { return Task.Run(() => ChangeConsent(reference, kinds, cancel)); }

        /// <summary>From now on nothing may be shown.</summary>
        public Consent CancelConsent(string reference, ConsentEnd reason, Cancel cancel = null)
        {
            var why = reason == ConsentEnd.Patient ? "patient" : reason == ConsentEnd.Institution ? "institution" : "change-of-use";
            return One(Ask("cancel", "reference", reference, "reason", why) + "}", cancel);
        }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<Consent> CancelConsentAsync(string reference, ConsentEnd reason, Cancel cancel = null) { return Task.Run(() => CancelConsent(reference, reason, cancel)); }

        /// <summary>Consents of these days (YYYYMMDD): today where <paramref name="from"/> is left out, one day where <paramref name="to"/> is.</summary>
        public Consent[] ListConsents(Care care, ConsentDate by = ConsentDate.Visit, string from = null, string to = null, Cancel cancel = null)
        {
            return Json.Parse(Home(Days("list", care, by, from, to) + "}", null, cancel))["consents"].Each(Consent.Of);
        }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<Consent[]> ListConsentsAsync(Care care, ConsentDate by = ConsentDate.Visit, string from = null, string to = null, Cancel cancel = null)
        {
            return Task.Run(() => ListConsents(care, by, from, to, cancel));
        }

        /// <summary>Asks for the insurance of all patients whose consents <see cref="ListConsents"/> would list; returns the query's number.</summary>
        public string SubmitBulk(Care care, ConsentDate by = ConsentDate.Visit, string from = null, string to = null, bool limitApplication = false, bool specificDiseases = false, Cancel cancel = null)
        {
            var ask = Days("submit", care, by, from, to) + ",\"limit_application\":" + (limitApplication ? "true" : "false") + ",\"specific_diseases\":" + (specificDiseases ? "true" : "false") + "}";
            return Json.Parse(Home(ask, null, cancel))["reception_number"].Text;
        }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<string> SubmitBulkAsync(Care care, ConsentDate by = ConsentDate.Visit, string from = null, string to = null, bool limitApplication = false, bool specificDiseases = false, Cancel cancel = null)
        {
            return Task.Run(() => SubmitBulk(care, by, from, to, limitApplication, specificDiseases, cancel));
        }

        /// <summary>Where a bulk query stands.</summary>
        public BulkState PollBulk(string receptionNumber, Cancel cancel = null) { return State(Home(Ask("poll", "reception_number", receptionNumber) + "}", null, cancel)); }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<BulkState> PollBulkAsync(string receptionNumber, Cancel cancel = null) { return Task.Run(() => PollBulk(receptionNumber, cancel)); }

        /// <summary>Fetches a finished bulk query. <paramref name="patient"/> is handed reference and answer of one patient at a time, on a
        /// thread of the pool while this call waits; the answer is disposed afterwards. What it throws ends the download and comes out
        /// of this call. Returns how many patients there were.</summary>
        public int DownloadBulk(string receptionNumber, Action<string, Answer> patient, Cancel cancel = null)
        {
            if (patient == null) throw new ArgumentNullException("patient");
            var told = Json.Parse(Download(receptionNumber, document =>
            {
                // A function that the library calls may read no document on its thread, so another one does it meanwhile.
                Task.Run(() =>
                {
                    var json = Json.Parse(document);
                    var bytes = Calls.Utf8(json["answer"].Written);
                    try { using (var answer = Answer.Read(bytes, Document.Json)) patient(json["reference"].Text, answer); }
                    finally { Array.Clear(bytes, 0, bytes.Length); }
                }).GetAwaiter().GetResult();
            }, cancel));
            return (int)(told["patients"].Number ?? 0);
        }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<int> DownloadBulkAsync(string receptionNumber, Action<string, Answer> patient, Cancel cancel = null) { return Task.Run(() => DownloadBulk(receptionNumber, patient, cancel)); }

        private Consent One(string ask, Cancel cancel) { return Consent.Of(Json.Parse(Home(ask, null, cancel))); }

        private static BulkState State(string written)
        {
            var state = Json.Parse(written)["state"].Text;
            return state == "finished" ? BulkState.Finished : state == "failed" ? BulkState.Failed : state == "in-progress" ? BulkState.InProgress : BulkState.Other;
        }

        private static string Name(Care care) { return care == Care.Online ? "online" : care == Care.Outpatient ? "outpatient" : "visiting"; }

        private static string Days(string what, Care care, ConsentDate by, string from, string to)
        {
            return Ask(what, "care", Name(care), "by", by == ConsentDate.Visit ? "visit-date" : "consent-date", "from", from, "to", to);
        }

        private static string Named(Consents kinds)
        {
            var named = new List<string>();
            if ((kinds & Consents.Checkups) != 0) named.Add("\"checkups\"");
            if ((kinds & Consents.Medicines) != 0) named.Add("\"medicines\"");
            if ((kinds & Consents.Treatment) != 0) named.Add("\"treatment\"");
            if ((kinds & Consents.Operations) != 0) named.Add("\"operations\"");
            return ",\"kinds\":[" + string.Join(",", named) + "]";
        }

        /// <summary>The beginning of a question; members without a value are left out.</summary>
        private static string Ask(string what, params string[] members)
        {
            var ask = "{\"do\":" + Json.Quote(what);
            for (var at = 0; at + 1 < members.Length; at += 2) if (members[at + 1] != null) ask += "," + Json.Quote(members[at]) + ":" + Json.Quote(members[at + 1]);
            return ask;
        }
    }
}
