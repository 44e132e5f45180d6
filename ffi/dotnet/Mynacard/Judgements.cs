// What needs neither card nor line.
using System;
using System.Threading.Tasks;

namespace Mynacard
{
    /// <summary>Numbers as staff type them: of insurers, insured persons, institutions, tickets.</summary>
    public static class Identifier
    {
        /// <summary>Judges a number by its kind (insurer-number, institution-code and so on), JSON: valid, value, renderings,
        /// findings, code, error. A number that is none is no exception.</summary>
        public static string Judge(string kind, string text)
        {
            if (string.IsNullOrEmpty(kind)) throw new ArgumentException("which kind of number", "kind");
            return Ask(kind, text);
        }

        /// <summary>All kinds with their Japanese names, JSON.</summary>
        public static string Kinds() { return Ask("", ""); }

        /// <summary>Judges a number by its kind. A number that is none is no exception.</summary>
        public static IdentifierReport Check(string kind, string text) { return new IdentifierReport(Json.Parse(Judge(kind, text))); }

        /// <summary>All kinds of numbers.</summary>
        public static IdentifierKind[] AllKinds() { return Record.All(Json.Parse(Kinds()), one => new IdentifierKind(one)); }

        private static string Ask(string kind, string text)
        {
            byte[] which = Calls.Utf8(kind), typed = Calls.Utf8(text);
            return Calls.Json(o => Native.mynacard_identifier_json(which, Calls.Size(which), typed, Calls.Size(typed), out o.Made, out o.Error));
        }
    }

    /// <summary>A list of the notices of 特定健診.</summary>
    public enum CheckupList
    {
        /// <summary>委託元保険者一覧表: the insurers that have a contract with us.</summary>
        Insurers = 0,
        /// <summary>実施機関一覧表: the institutions that carry out checkups.</summary>
        Institutions = 1
    }

    /// <summary>特定健診・特定保健指導: lists of contracts, and whether a visitor is enrolled.</summary>
    public static class Checkup
    {
        /// <summary>Reads a list, CSV or Excel workbook, JSON.</summary>
        public static string Read(CheckupList list, byte[] file) { return Judge(list, file, AnswerHandle.None, null); }

        /// <summary>Whether the person of an answer is enrolled with an insurer of the list, JSON. <paramref name="ask"/> is JSON:
        /// {"service":"checkup","on":"20261121","evidence":"online-pin"}.</summary>
        public static string Enrol(byte[] insurers, Answer answer, string ask)
        {
            if (answer == null) throw new ArgumentNullException("answer");
            return Judge(CheckupList.Insurers, insurers, answer.Handle, ask);
        }

        /// <summary>Reads 委託元保険者一覧表, CSV or Excel workbook.</summary>
        public static InsurerListing ReadInsurers(byte[] file) { return new InsurerListing(Json.Parse(Read(CheckupList.Insurers, file))); }

        /// <summary>Reads 実施機関一覧表, CSV or Excel workbook.</summary>
        public static InstitutionListing ReadInstitutions(byte[] file) { return new InstitutionListing(Json.Parse(Read(CheckupList.Institutions, file))); }

        /// <summary>Whether the person of an answer is enrolled with an insurer of the list, for each insurance. <paramref name="ask"/> as
        /// <see cref="Enrol"/> has it.</summary>
        public static Enrolment[] Enrolments(byte[] insurers, Answer answer, string ask)
        {
            return Record.All(Json.Parse(Enrol(insurers, answer, ask))["enrolments"], one => new Enrolment(one));
        }

        private static string Judge(CheckupList list, byte[] file, AnswerHandle answer, string ask)
        {
            if (file == null) throw new ArgumentNullException("file");
            var asked = Calls.Utf8(ask);
            return Calls.Json(o => Native.mynacard_checkup_json((int)list, file, Calls.Size(file), answer, asked, Calls.Size(asked), out o.Made, out o.Error));
        }
    }

    /// <summary>The certificates on cards.</summary>
    public static class Certificate
    {
        /// <summary>What a certificate says.</summary>
        public static CertificateDescription Describe(byte[] der) { return new CertificateDescription(Mynacard.Json.Parse(Json(der))["description"]); }

        /// <summary>That a certificate is one of a card, at a time (now unless stated). A refused one is an exception with its code (MC-3…).
        /// <paramref name="testRoots"/> go with <see cref="Trust.JpkiTest"/>.</summary>
        public static CertificateVerdict Verify(byte[] der, CertificateUsage usage, Trust trust = Trust.Production, DateTime? at = null,
            RevocationSource revocation = null, byte[][] testRoots = null)
        {
            var hierarchy = trust == Trust.JpkiTest ? "test" : trust == Trust.Simulation ? "simulation" : "production";
            var ask = "{\"usage\":\"" + usage.ToString().ToLowerInvariant() + "\",\"hierarchy\":\"" + hierarchy + "\"";
            if (at.HasValue) ask += ",\"at\":\"" + at.Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) + "\"";
            if (testRoots != null) ask += ",\"roots\":[" + string.Join(",", Array.ConvertAll(testRoots, root => "\"" + Convert.ToBase64String(root) + "\"")) + "]";
            if (revocation != null) ask += ",\"revocation\":" + revocation.Ask;
            return new CertificateVerdict(Mynacard.Json.Parse(Json(der, ask + "}"))["verdict"]);
        }

        /// <summary><see cref="Verify"/> on a thread of the pool: lists and responders are fetched.</summary>
        public static Task<CertificateVerdict> VerifyAsync(byte[] der, CertificateUsage usage, Trust trust = Trust.Production, DateTime? at = null,
            RevocationSource revocation = null, byte[][] testRoots = null)
        {
            return Task.Run(() => Verify(der, usage, trust, at, revocation, testRoots));
        }

        /// <summary>What a certificate says, and with <paramref name="ask"/> whether it is one of a card, JSON. A refused one is an
        /// exception with its code (MC-3…). ask: {"usage":"authentication","hierarchy":"production"}.</summary>
        public static string Json(byte[] der, string ask = null)
        {
            if (der == null) throw new ArgumentNullException("der");
            var asked = Calls.Utf8(ask);
            return Calls.Json(o => Native.mynacard_certificate_json(der, Calls.Size(der), asked, Calls.Size(asked), out o.Made, out o.Error));
        }
    }

    /// <summary>The sentences behind the codes, for manuals and screens of one's own.</summary>
    public static class Guidance
    {
        /// <summary>The sentences of one code.</summary>
        public static GuidanceEntry For(string code)
        {
            if (string.IsNullOrEmpty(code)) throw new ArgumentException("which code", "code");
            return GuidanceEntry.Of(Mynacard.Json.Parse(Json(code)).Items[0]);
        }

        /// <summary>The sentences of all codes.</summary>
        public static GuidanceEntry[] All() { return Record.All(Mynacard.Json.Parse(Json()), GuidanceEntry.Of); }

        /// <summary>The sentences of one code, or of all without one, JSON.</summary>
        public static string Json(string code = null)
        {
            var which = Calls.Utf8(code);
            return Calls.Json(o => Native.mynacard_guidance_json(which, Calls.Size(which), out o.Made, out o.Error));
        }
    }

    /// <summary>The audit trail of a terminal.</summary>
    public static class AuditTrail
    {
        /// <summary>Verifies the trail in a folder and lists its newest events, JSON. Without a terminal: closed trails alone.</summary>
        public static string Json(Terminal terminal, string folder, int newest = 20)
        {
            if (newest < 0) throw new ArgumentOutOfRangeException("newest");
            var where = Calls.Utf8(folder);
            return Calls.Json(o => Native.mynacard_audit_json(terminal == null ? TerminalHandle.None : terminal.Handle, where, Calls.Size(where), (uint)newest, out o.Made, out o.Error));
        }

        /// <summary>Verifies the trail in a folder. Without a terminal: closed trails alone.</summary>
        public static AuditReport Verify(Terminal terminal, string folder, int newest = 20) { return new AuditReport(Mynacard.Json.Parse(Json(terminal, folder, newest))); }

        /// <summary><see cref="Verify"/> on a thread of the pool: every line of the trail is read.</summary>
        public static Task<AuditReport> VerifyAsync(Terminal terminal, string folder, int newest = 20) { return Task.Run(() => Verify(terminal, folder, newest)); }

        /// <summary><see cref="Json"/> on a thread of the pool.</summary>
        public static Task<string> JsonAsync(Terminal terminal, string folder, int newest = 20) { return Task.Run(() => Json(terminal, folder, newest)); }
    }

    /// <summary>Looks at everything that a check needs.</summary>
    public static class Doctor
    {
        /// <summary>Readers, terminal, audit trail, service and clock. What an argument is missing for is unknown.</summary>
        public static DoctorReport Examine(Service service = null, Terminal terminal = null, string auditFolder = null, Cancel cancel = null)
        {
            return new DoctorReport(Mynacard.Json.Parse(Json(service, terminal, auditFolder, cancel)));
        }

        /// <summary><see cref="Examine"/> on a thread of the pool.</summary>
        public static Task<DoctorReport> ExamineAsync(Service service = null, Terminal terminal = null, string auditFolder = null, Cancel cancel = null)
        {
            return Task.Run(() => Examine(service, terminal, auditFolder, cancel));
        }

        /// <summary><see cref="Json"/> on a thread of the pool.</summary>
        public static Task<string> JsonAsync(Service service = null, Terminal terminal = null, string auditFolder = null, Cancel cancel = null)
        {
            return Task.Run(() => Json(service, terminal, auditFolder, cancel));
        }

        /// <summary>Readers, terminal, audit trail, service and clock, JSON. What an argument is missing for is unknown. Nothing of a
        /// person, no secret and no path is in it.</summary>
        public static string Json(Service service = null, Terminal terminal = null, string auditFolder = null, Cancel cancel = null)
        {
            var where = Calls.Utf8(auditFolder);
            return Service.Json(service, (native, o) =>
                Native.mynacard_doctor_json(native, terminal == null ? TerminalHandle.None : terminal.Handle, where, Calls.Size(where), Cancel.Of(cancel), out o.Made, out o.Error));
        }
    }
}
