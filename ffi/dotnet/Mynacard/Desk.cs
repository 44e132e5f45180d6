using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Mynacard
{
    /// <summary>Whose cards are accepted.</summary>
    public enum Trust
    {
        /// <summary>Real cards.</summary>
        Production = 0,
        /// <summary>The virtual cards of mynacard_sandbox, and no real card.</summary>
        Simulation = 1,
        /// <summary>Test cards of 公的個人認証サービス (JPKI), by <see cref="Service.TestRoots"/>, and no real card.</summary>
        JpkiTest = 2
    }

    /// <summary>Whether the card is asked, before a PIN is sent, how many tries are left.</summary>
    public enum Counter
    {
        /// <summary>Asked; the last try is never spent. The safe choice.</summary>
        ReadFirst = 0,
        /// <summary>Not asked: one exchange less, and no protection of the last try.</summary>
        Skip = 1,
        /// <summary>Asked; the last try is spent too.</summary>
        SpendLastTry = 2
    }
    /// <summary>What a check is for.</summary>
    public enum Purpose
    {
        /// <summary>受付での資格確認.</summary>
        Reception = 0,
        /// <summary>特定健診・特定保健指導.</summary>
        Checkup = 1,
        /// <summary>人間ドック, where the contract with the insurer needs it.</summary>
        ContractCheckup = 2,
        /// <summary>助産所: 直接支払制度.</summary>
        Midwifery = 3,
        /// <summary>訪問診療等, オンライン診療等.</summary>
        Visiting = 4
    }

    /// <summary>How identity is established.</summary>
    public enum Method
    {
        /// <summary>By PIN.</summary>
        Pin = 0,
        /// <summary>Staff compare photo and person (目視確認).</summary>
        Visual = 1
    }

    /// <summary>Where a check stands.</summary>
    public enum Step
    {
        /// <summary>A new challenge is fetched; the card may wait.</summary>
        Renewing = 0,
        /// <summary>The certificate is read: the card must stay.</summary>
        ReadingCard = 1,
        /// <summary>The service proves itself to the card (visual check).</summary>
        Relaying = 2,
        /// <summary>The PIN goes to the card, or is typed on the reader's keypad.</summary>
        VerifyingPin = 3,
        /// <summary>The card signs.</summary>
        Signing = 4,
        /// <summary>The card may be taken away.</summary>
        CardDone = 5,
        /// <summary>The service is asked.</summary>
        AskingService = 6,
        /// <summary>The answer is here.</summary>
        Done = 7,
        /// <summary>A step that this version does not know.</summary>
        Other = 99
    }

    /// <summary>Which service, and how it is reached.</summary>
    public sealed class Service
    {
        /// <summary>https://host[:port]</summary>
        public string Url { get; set; }
        /// <summary>The authority that certifies it: one certificate, DER or PEM.</summary>
        public byte[] Root { get; set; }
        /// <summary>The name it must say it has; null for the sandbox.</summary>
        public string Name { get; set; }
        /// <summary>The environment it must say it is; null for the sandbox.</summary>
        public string Environment { get; set; }
        /// <summary>Whose cards are accepted.</summary>
        public Trust Trust { get; set; }
        /// <summary>The roots of test cards, DER, for <see cref="Mynacard.Trust.JpkiTest"/>.</summary>
        public byte[][] TestRoots { get; set; }
        /// <summary>No proxy.</summary>
        public bool Direct { get; set; }
        /// <summary>TLS 1.2 too, where that is unavoidable.</summary>
        public bool AllowTls12 { get; set; }
        /// <summary>The longest time of one request; 30 seconds unless set.</summary>
        public TimeSpan? Timeout { get; set; }

        /// <summary>A connection of this program's own instead of HTTPS; then neither address nor root is needed.</summary>
        public ICarrier Carrier { get; set; }

        internal sealed class Asking : Outs { internal Native.Service Service; }

        /// <summary>Calls with the native structure, whose pointers live as long as the call, and so does a connection.</summary>
        internal IntPtr Make(Func<Asking, int> ask)
        {
            var carriage = Carriage();
            try { return Make(ask, carriage, carriage); }
            finally { if (carriage != null) carriage.Unroot(); }
        }

        /// <summary>The same where a service may be missing, for a document.</summary>
        internal static string Json(Service service, Func<IntPtr, Outs, int> ask)
        {
            if (service == null) return Calls.Json(o => ask(IntPtr.Zero, o));
            using (var pins = new Pins())
                return Calls.TakeUtf8(service.Make(o => ask(pins.Pin(o.Service), o)));
        }

        internal Carriage Carriage() { return Carrier == null ? null : new Carriage(Carrier); }

        /// <summary>The same with a connection that the library may take over, and with everybody who may be told something.</summary>
        internal IntPtr Make(Func<Asking, int> ask, Carriage carriage, params Rooted[] told)
        {
            using (var pins = new Pins())
            {
                var native = new Native.Service { StructSize = Calls.SizeOf<Native.Service>() };
                pins.Text(Url, out native.Url, out native.UrlSize);
                if (Root != null && Root.Length > 0)
                {
                    native.Root = pins.Pin(Root);
                    native.RootSize = Calls.Size(Root);
                }
                pins.Text(Name, out native.Name, out native.NameSize);
                pins.Text(Environment, out native.Environment, out native.EnvironmentSize);
                native.Trust = (int)Trust;
                var roots = new List<byte>();
                foreach (var root in TestRoots ?? new byte[0][]) roots.AddRange(root);
                if (roots.Count > 0)
                {
                    native.TestRoots = pins.Pin(roots.ToArray());
                    native.TestRootsSize = new UIntPtr((uint)roots.Count);
                }
                native.Direct = Direct ? 1 : 0;
                native.AllowTls12 = AllowTls12 ? 1 : 0;
                native.TimeoutMs = Calls.Milliseconds(Timeout, "Timeout");
                if (carriage != null) native.Carrier = pins.Pin(carriage.Table());
                return Calls.Make(new Asking { Service = native }, ask, told);
            }
        }
    }

    /// <summary>What the portal handed out (ユーザー設定情報), and where the terminal is kept.</summary>
    public sealed class Registration
    {
        /// <summary>Ten digits.</summary>
        public string InstitutionCode { get; set; }
        /// <summary>The terminal's ID.</summary>
        public string Id { get; set; }
        /// <summary>The code that works once.</summary>
        public string ActivationCode { get; set; }
        /// <summary>The vault file, a new one.</summary>
        public string Path { get; set; }
        /// <summary>The vault's passcode, at least eight characters.</summary>
        public string Passcode { get; set; }
        /// <summary>Somebody read and accepted the notice and terms on the program's screen.</summary>
        public bool TermsAccepted { get; set; }
    }

    /// <summary>An activated terminal (資格確認端末).</summary>
    public sealed class Terminal : IDisposable
    {
        internal readonly TerminalHandle Handle;
        private Terminal(IntPtr native) { Handle = NativeHandle.Own<TerminalHandle>(native); }

        /// <summary>Activates a new one; somebody accepted the terms on this program's screen.</summary>
        public static Terminal Activate(Service service, string institutionCode, string id, string activationCode, bool termsAccepted, Cancel cancel = null)
        {
            if (service == null) throw new ArgumentNullException("service");
            byte[] code = Calls.Utf8(institutionCode), name = Calls.Utf8(id), activation = Calls.Utf8(activationCode);
            try
            {
                return new Terminal(service.Make(o =>
                    Native.mynacard_terminal_activate(ref o.Service, code, Calls.Size(code), name, Calls.Size(name), activation, Calls.Size(activation),
                        termsAccepted ? 1 : 0, Cancel.Of(cancel), out o.Made, out o.Error)));
            }
            finally { Array.Clear(activation, 0, activation.Length); }
        }

        /// <summary>The same on a thread of the pool.</summary>
        public static Task<Terminal> ActivateAsync(Service service, string institutionCode, string id, string activationCode, bool termsAccepted, Cancel cancel = null)
        {
            return Task.Run(() => Activate(service, institutionCode, id, activationCode, termsAccepted, cancel));
        }

        /// <summary>Activates a new one and keeps it in a new vault file, in one: the registration is kept before the code is spent. Where
        /// the answer gets lost, the same call again delivers the same registration.</summary>
        public static Terminal Register(Service service, Registration registration, Cancel cancel = null)
        {
            if (service == null) throw new ArgumentNullException("service");
            if (registration == null) throw new ArgumentNullException("registration");
            using (var pins = new Pins())
            {
                var asked = new Native.Registration { StructSize = Calls.SizeOf<Native.Registration>() };
                pins.Text(registration.InstitutionCode, out asked.InstitutionCode, out asked.InstitutionCodeSize);
                pins.Text(registration.Id, out asked.Id, out asked.IdSize);
                pins.Text(registration.ActivationCode, out asked.ActivationCode, out asked.ActivationCodeSize);
                pins.Text(registration.Path, out asked.Path, out asked.PathSize);
                pins.Text(registration.Passcode, out asked.Passcode, out asked.PasscodeSize);
                asked.TermsAccepted = registration.TermsAccepted ? 1 : 0;
                return new Terminal(service.Make(o =>
                    Native.mynacard_terminal_register(ref o.Service, ref asked, Cancel.Of(cancel), out o.Made, out o.Error)));
            }
        }

        /// <summary>The same on a thread of the pool.</summary>
        public static Task<Terminal> RegisterAsync(Service service, Registration registration, Cancel cancel = null)
        {
            return Task.Run(() => Register(service, registration, cancel));
        }

        /// <summary>The one kept in a vault file, opened on a thread of the pool: deriving its key takes a while.</summary>
        public static Task<Terminal> OpenAsync(string path, byte[] passcode) { return Task.Run(() => Open(path, passcode)); }

        /// <summary><see cref="Renew"/> on a thread of the pool.</summary>
        public Task<TerminalDetails> RenewAsync(Service service, string auditFolder = null, Cancel cancel = null) { return Task.Run(() => Renew(service, auditFolder, cancel)); }

        /// <summary><see cref="Remove"/> on a thread of the pool.</summary>
        public Task<TerminalRemoval> RemoveAsync(Service service, string auditFolder = null, Cancel cancel = null) { return Task.Run(() => Remove(service, auditFolder, cancel)); }

        /// <summary>A new certificate, kept before it is used. Open desks anew.</summary>
        public TerminalDetails Renew(Service service, string auditFolder = null, Cancel cancel = null)
        {
            if (service == null) throw new ArgumentNullException("service");
            return TerminalDetails.Of(Manage(service, 0, auditFolder, cancel));
        }

        /// <summary>The terminal is one no longer: the service is told, the audit trail closed, the vault deleted. Note the fingerprint of
        /// the trail elsewhere.</summary>
        public TerminalRemoval Remove(Service service, string auditFolder = null, Cancel cancel = null)
        {
            if (service == null) throw new ArgumentNullException("service");
            return new TerminalRemoval(Mynacard.Json.Parse(Manage(service, 1, auditFolder, cancel)));
        }

        /// <summary>Switches 「目視確認で本人認証」. Desks opened afterwards heed their own option.</summary>
        public TerminalDetails SwitchVisualCheck(bool on, string auditFolder = null, Cancel cancel = null)
        {
            return TerminalDetails.Of(Manage(null, on ? 2 : 3, auditFolder, cancel));
        }

        private string Manage(Service service, int action, string auditFolder, Cancel cancel)
        {
            var where = Calls.Utf8(auditFolder);
            return Service.Json(service, (native, o) =>
                Native.mynacard_terminal_manage(Handle, native, action, where, Calls.Size(where), Cancel.Of(cancel), out o.Made, out o.Error));
        }

        /// <summary><see cref="SwitchVisualCheck"/> on a thread of the pool.</summary>
        public Task<TerminalDetails> SwitchVisualCheckAsync(bool on, string auditFolder = null, Cancel cancel = null) { return Task.Run(() => SwitchVisualCheck(on, auditFolder, cancel)); }

        /// <summary><see cref="Store(string, byte[])"/> on a thread of the pool: deriving the vault's key takes a while.</summary>
        public Task StoreAsync(string path, byte[] passcode) { return Task.Run(() => Store(path, passcode)); }

        /// <summary>The one kept in a vault file. Wrong passcodes make the next attempt wait.</summary>
        public static Terminal Open(string path, string passcode) { return Open(path, Calls.Utf8(passcode)); }

        /// <summary>The same with a passcode in UTF-8 that no string holds; the array is cleared.</summary>
        public static Terminal Open(string path, byte[] passcode)
        {
            if (passcode == null) throw new ArgumentNullException("passcode");
            var file = Calls.Utf8(path);
            IntPtr terminal, error;
            int status;
            try { status = Native.mynacard_terminal_open(file, Calls.Size(file), passcode, Calls.Size(passcode), out terminal, out error); }
            finally { Array.Clear(passcode, 0, passcode.Length); }
            Calls.Check(status, error);
            return new Terminal(terminal);
        }

        /// <summary>Keeps it in a new vault file; its own file gets the new passcode.</summary>
        public void Store(string path, string passcode) { Store(path, Calls.Utf8(passcode)); }

        /// <summary>The same with a passcode in UTF-8 that no string holds; the array is cleared.</summary>
        public void Store(string path, byte[] passcode)
        {
            if (passcode == null) throw new ArgumentNullException("passcode");
            var file = Calls.Utf8(path);
            IntPtr error;
            int status;
            try { status = Native.mynacard_terminal_store(Handle, file, Calls.Size(file), passcode, Calls.Size(passcode), out error); }
            finally { Array.Clear(passcode, 0, passcode.Length); }
            Calls.Check(status, error);
        }

        /// <summary>What is known of it.</summary>
        public TerminalDetails Details() { return TerminalDetails.Of(Json()); }

        /// <summary>What is known of it, JSON.</summary>
        public string Json()
        {
            IntPtr json, error;
            Calls.Check(Native.mynacard_terminal_json(Handle, out json, out error), error);
            return Calls.TakeUtf8(json);
        }

        /// <summary>Frees it; desks that use it keep it.</summary>
        public void Dispose() { Handle.Dispose(); }
    }

    /// <summary>What further information a patient agrees to have shown without her card (居宅同意取得型).</summary>
    [Flags]
    public enum Consents
    {
        /// <summary>Nothing.</summary>
        None = 0,
        /// <summary>健診.</summary>
        Checkups = 1,
        /// <summary>薬剤.</summary>
        Medicines = 2,
        /// <summary>診療.</summary>
        Treatment = 4,
        /// <summary>手術.</summary>
        Operations = 8
    }

    /// <summary>The policies of a desk; the defaults are the safe ones.</summary>
    public sealed class DeskOptions
    {
        /// <summary>目視確認で本人認証: staff may compare photo and person instead of the PIN.</summary>
        public bool VisualCheck { get; set; }
        /// <summary>Refuses a certificate that has ended, instead of letting the service decide.</summary>
        public bool RefuseExpired { get; set; }
        /// <summary>Refuses a certificate of an unknown authority, instead of letting the service decide.</summary>
        public bool RefuseUnknownIssuer { get; set; }
        /// <summary>Whether the card is asked first how many tries are left.</summary>
        public Counter Counter { get; set; }
        /// <summary>The folder of the audit trail under the terminal's own key; the terminal must have a vault. What cannot be written
        /// down is an error, and no answer.</summary>
        public string AuditFolder { get; set; }
        /// <summary>Told each audit event as JSON, before the answer that it is about is handed out, on a thread of the library. When it
        /// throws, there is no answer, and what it threw comes out of the call.</summary>
        public Action<string> Audit { get; set; }
        /// <summary>Who proves themselves to the card at a visual check, instead of the service's relay.</summary>
        public IPinlessProvider Pinless { get; set; }
        /// <summary>How long a whole check may take, card and network together; 90 seconds unless set.</summary>
        public TimeSpan? Patience { get; set; }
        /// <summary>How long <see cref="Check.Confirm"/> is good for; a minute unless set.</summary>
        public TimeSpan? ConfirmationLife { get; set; }
    }

    /// <summary>A reception desk.</summary>
    public sealed class Desk : IDisposable
    {
        internal readonly DeskHandle Handle;
        private readonly Rooted[] listeners;

        /// <summary>Opens a desk. <paramref name="progress"/> is posted to the caller's SynchronizationContext (a WinForms or WPF
        /// screen), never sent, so that a screen that waits for the check cannot lock up.</summary>
        public Desk(Service service, Terminal terminal, DeskOptions options = null, Action<Step> progress = null)
            : this(service, terminal, options, progress, SynchronizationContext.Current) { }

        private Desk(Service service, Terminal terminal, DeskOptions options, Action<Step> progress, SynchronizationContext screen)
        {
            if (service == null) throw new ArgumentNullException("service");
            if (terminal == null) throw new ArgumentNullException("terminal");
            options = options ?? new DeskOptions();
            var teller = new Teller(progress, screen);
            var audit = options.Audit == null ? null : new JsonListener(options.Audit);
            var provider = options.Pinless == null ? null : new Provider(options.Pinless);
            var carriage = service.Carriage();
            listeners = new Rooted[] { audit, provider, carriage };
            var isTaken = false;
            try
            {
                using (var pins = new Pins())
                {
                    var native = new Native.DeskOptions
                    {
                        StructSize = Calls.SizeOf<Native.DeskOptions>(),
                        VisualCheck = options.VisualCheck ? 1 : 0,
                        RefuseExpired = options.RefuseExpired ? 1 : 0,
                        RefuseUnknownIssuer = options.RefuseUnknownIssuer ? 1 : 0,
                        Counter = (int)options.Counter,
                        PatienceMs = Calls.Milliseconds(options.Patience, "Patience"),
                        ConfirmationLifeMs = Calls.Milliseconds(options.ConfirmationLife, "ConfirmationLife")
                    };
                    pins.Text(options.AuditFolder, out native.AuditFolder, out native.AuditFolderSize);
                    if (audit != null) native.Audit = pins.Pin(audit.Table());
                    if (provider != null) native.Pinless = pins.Pin(provider.Table());
                    var table = teller.Table();
                    var desk = service.Make(o =>
                        Native.mynacard_desk_open(ref o.Service, terminal.Handle, ref native, ref table, out o.Made, out o.Error), carriage, listeners);
                    isTaken = true;
                    Handle = NativeHandle.Own<DeskHandle>(desk);
                }
            }
            finally
            {
                if (!isTaken)
                {
                    teller.Unroot();
                    foreach (var one in listeners) if (one != null) one.Unroot();
                }
            }
        }

        /// <summary>Opens a desk on a thread of the pool: the audit trail is verified first, which takes a while. Steps are posted to the
        /// SynchronizationContext of this call.</summary>
        public static Task<Desk> OpenAsync(Service service, Terminal terminal, DeskOptions options = null, Action<Step> progress = null)
        {
            var screen = SynchronizationContext.Current;
            return Task.Run(() => new Desk(service, terminal, options, progress, screen));
        }

        /// <summary>Prepares a check before the tap.</summary>
        public Check Prepare(Purpose purpose = Purpose.Reception, Method method = Method.Pin, bool limitApplication = false,
            bool specificDiseases = false, Cancel cancel = null, Consents consents = Consents.None)
        {
            var ask = new Native.Ask
            {
                StructSize = Calls.SizeOf<Native.Ask>(),
                Purpose = (int)purpose,
                Method = (int)method,
                LimitApplication = limitApplication ? 1 : 0,
                SpecificDiseases = specificDiseases ? 1 : 0,
                Consents = (uint)consents
            };
            return new Check(Calls.Make(o =>
                Native.mynacard_desk_prepare(Handle, ref ask, Cancel.Of(cancel), out o.Made, out o.Error), listeners), listeners);
        }

        /// <summary>The same on a thread of the pool, so that a screen goes on.</summary>
        public Task<Check> PrepareAsync(Purpose purpose = Purpose.Reception, Method method = Method.Pin, bool limitApplication = false,
            bool specificDiseases = false, Cancel cancel = null, Consents consents = Consents.None)
        {
            return Task.Run(() => Prepare(purpose, method, limitApplication, specificDiseases, cancel, consents));
        }

        /// <summary>Consents (居宅同意取得型) and what they allow without the card. <paramref name="ask"/> is JSON whose "do" is register,
        /// inquire, change, cancel, list, submit or poll, as mynacard_desk_home describes it; <paramref name="checkedAnswer"/> is the
        /// answer of the check whose consents are registered.</summary>
        public string Home(string ask, Answer checkedAnswer = null, Cancel cancel = null)
        {
            Answer answer;
            var json = Home(ask, checkedAnswer, cancel, out answer);
            if (answer != null) answer.Dispose();
            return json;
        }

        /// <summary><see cref="Home(string, Answer, Cancel)"/> on a thread of the pool.</summary>
        public Task<string> HomeAsync(string ask, Answer checkedAnswer = null, Cancel cancel = null) { return Task.Run(() => Home(ask, checkedAnswer, cancel)); }

        /// <summary><see cref="Download"/> on a thread of the pool.</summary>
        public Task<string> DownloadAsync(string receptionNumber, Action<string> patient, Cancel cancel = null) { return Task.Run(() => Download(receptionNumber, patient, cancel)); }

        /// <summary>再照会: the insurance of a patient who gave consent, by the facility's reference, without her card.</summary>
        public Answer Requery(string reference, bool limitApplication = false, bool specificDiseases = false, Cancel cancel = null)
        {
            Answer answer;
            Home("{\"do\":\"requery\",\"reference\":" + Json.Quote(reference) + ",\"limit_application\":" + (limitApplication ? "true" : "false") +
                ",\"specific_diseases\":" + (specificDiseases ? "true" : "false") + "}", null, cancel, out answer);
            return answer;
        }

        /// <summary>The same on a thread of the pool.</summary>
        public Task<Answer> RequeryAsync(string reference, bool limitApplication = false, bool specificDiseases = false, Cancel cancel = null)
        {
            return Task.Run(() => Requery(reference, limitApplication, specificDiseases, cancel));
        }

        private string Home(string ask, Answer checkedAnswer, Cancel cancel, out Answer answer)
        {
            var asked = Calls.Utf8(ask);
            var native = IntPtr.Zero;
            var written = Calls.Json(o =>
                Native.mynacard_desk_home(Handle, asked, Calls.Size(asked), checkedAnswer == null ? AnswerHandle.None : checkedAnswer.Handle,
                    Cancel.Of(cancel), out o.Made, out native, out o.Error), listeners);
            answer = native == IntPtr.Zero ? null : new Answer(native);
            return written;
        }

        /// <summary>Fetches a finished bulk query. <paramref name="patient"/> is handed one patient at a time, JSON, on a thread of the
        /// library while this call waits; what it throws ends the download and comes out of this call.</summary>
        public string Download(string receptionNumber, Action<string> patient, Cancel cancel = null)
        {
            var number = Calls.Utf8(receptionNumber);
            Exception thrown = null;
            var listener = new JsonListener(patient, exception => thrown = exception);
            try
            {
                var table = listener.Table();
                var written = Calls.Json(o =>
                    Native.mynacard_desk_download(Handle, number, Calls.Size(number), ref table, Cancel.Of(cancel), out o.Made, out o.Error), Before(listener));
                // A function that wants no more is no failure of the library; one that threw is one of this call.
                if (thrown != null) ExceptionDispatchInfo.Capture(thrown).Throw();
                return written;
            }
            finally { listener.Unroot(); }
        }

        /// <summary>Registers the consents that a patient gave at a check (<see cref="Prepare"/> with them), for a visit on a day; today
        /// unless stated.</summary>
        public Consent RegisterConsent(Answer checkedAnswer, string reference, Care care, Consents kinds, DateTime? visit = null, Cancel cancel = null)
        {
            if (checkedAnswer == null) throw new ArgumentNullException("checkedAnswer");
            return ConsentOf("register", reference, ",\"care\":\"" + care.ToString().ToLowerInvariant() + "\",\"kinds\":" + KindsOf(kinds) +
                (visit.HasValue ? ",\"visit\":\"" + Record.Written8(visit.Value) + "\"" : ""), checkedAnswer, cancel);
        }

        /// <summary>The consent of a patient.</summary>
        public Consent InquireConsent(string reference, Cancel cancel = null) { return ConsentOf("inquire", reference, "", null, cancel); }

        /// <summary>Narrows a consent to fewer kinds of information.</summary>
        public Consent ChangeConsent(string reference, Consents kinds, Cancel cancel = null) { return ConsentOf("change", reference, ",\"kinds\":" + KindsOf(kinds), null, cancel); }

        /// <summary>Ends a consent.</summary>
        public Consent CancelConsent(string reference, CancelledBy by, Cancel cancel = null)
        {
            var reason = by == CancelledBy.ChangeOfUse ? "change-of-use" : by.ToString().ToLowerInvariant();
            return ConsentOf("cancel", reference, ",\"reason\":\"" + reason + "\"", null, cancel);
        }

        /// <summary>The consents of a time.</summary>
        public Consent[] ListConsents(ConsentQuery query, Cancel cancel = null)
        {
            if (query == null) throw new ArgumentNullException("query");
            return Record.All(Json.Parse(Home(query.Ask("list"), null, cancel))["consents"], one => new Consent(one));
        }

        /// <summary>Asks for the insurance of all who gave consent in a time; the query's number.</summary>
        public string SubmitBulk(ConsentQuery query, Cancel cancel = null)
        {
            if (query == null) throw new ArgumentNullException("query");
            return Json.Parse(Home(query.Ask("submit"), null, cancel))["reception_number"].Text;
        }

        /// <summary>Where a bulk query stands.</summary>
        public BulkState PollBulk(string receptionNumber, Cancel cancel = null)
        {
            return Record.Named(Json.Parse(Home("{\"do\":\"poll\",\"reception_number\":" + Json.Quote(receptionNumber) + "}", null, cancel))["state"].Text, BulkState.Other);
        }

        /// <summary>As <see cref="Download"/>, each patient read; on a thread of the pool, where answers may be opened.</summary>
        public BulkDownload DownloadPatients(string receptionNumber, Action<BulkPatient> patient, Cancel cancel = null)
        {
            if (patient == null) throw new ArgumentNullException("patient");
            // On the library's own thread nothing of it may be called, and so no answer be opened.
            return new BulkDownload(Json.Parse(Download(receptionNumber, json => Task.Run(() => patient(new BulkPatient(Json.Parse(json)))).GetAwaiter().GetResult(), cancel)));
        }

        /// <summary><see cref="RegisterConsent"/> on a thread of the pool.</summary>
        public Task<Consent> RegisterConsentAsync(Answer checkedAnswer, string reference, Care care, Consents kinds, DateTime? visit = null, Cancel cancel = null)
        {
            return Task.Run(() => RegisterConsent(checkedAnswer, reference, care, kinds, visit, cancel));
        }

        /// <summary><see cref="InquireConsent"/> on a thread of the pool.</summary>
        public Task<Consent> InquireConsentAsync(string reference, Cancel cancel = null) { return Task.Run(() => InquireConsent(reference, cancel)); }

        /// <summary><see cref="ChangeConsent"/> on a thread of the pool.</summary>
        public Task<Consent> ChangeConsentAsync(string reference, Consents kinds, Cancel cancel = null) { return Task.Run(() => ChangeConsent(reference, kinds, cancel)); }

        /// <summary><see cref="CancelConsent"/> on a thread of the pool.</summary>
        public Task<Consent> CancelConsentAsync(string reference, CancelledBy by, Cancel cancel = null) { return Task.Run(() => CancelConsent(reference, by, cancel)); }

        /// <summary><see cref="ListConsents"/> on a thread of the pool.</summary>
        public Task<Consent[]> ListConsentsAsync(ConsentQuery query, Cancel cancel = null) { return Task.Run(() => ListConsents(query, cancel)); }

        /// <summary><see cref="SubmitBulk"/> on a thread of the pool.</summary>
        public Task<string> SubmitBulkAsync(ConsentQuery query, Cancel cancel = null) { return Task.Run(() => SubmitBulk(query, cancel)); }

        /// <summary><see cref="PollBulk"/> on a thread of the pool.</summary>
        public Task<BulkState> PollBulkAsync(string receptionNumber, Cancel cancel = null) { return Task.Run(() => PollBulk(receptionNumber, cancel)); }

        /// <summary><see cref="DownloadPatients"/> on a thread of the pool.</summary>
        public Task<BulkDownload> DownloadPatientsAsync(string receptionNumber, Action<BulkPatient> patient, Cancel cancel = null)
        {
            return Task.Run(() => DownloadPatients(receptionNumber, patient, cancel));
        }

        private Consent ConsentOf(string what, string reference, string more, Answer checkedAnswer, Cancel cancel)
        {
            return new Consent(Json.Parse(Home("{\"do\":\"" + what + "\",\"reference\":" + Json.Quote(reference) + more + "}", checkedAnswer, cancel)));
        }

        private static string KindsOf(Consents kinds)
        {
            var names = new List<string>();
            foreach (var kind in new[] { Consents.Checkups, Consents.Medicines, Consents.Treatment, Consents.Operations })
                if ((kinds & kind) != 0) names.Add("\"" + kind.ToString().ToLowerInvariant() + "\"");
            return "[" + string.Join(",", names.ToArray()) + "]";
        }

        private Rooted[] Before(Rooted first)
        {
            var all = new Rooted[listeners.Length + 1];
            all[0] = first;
            listeners.CopyTo(all, 1);
            return all;
        }

        /// <summary>Frees it; checks that were prepared at it go on.</summary>
        public void Dispose() { Handle.Dispose(); }

        /// <summary>The delegate for steps.</summary>
        private sealed class Teller : Rooted
        {
            private readonly Action<Step> progress;
            private readonly SynchronizationContext screen;
            private readonly Native.StepFunction step;

            internal Teller(Action<Step> progress, SynchronizationContext screen)
            {
                this.progress = progress;
                this.screen = screen;
                step = OnStep;
            }

            internal Native.Progress Table()
            {
                return new Native.Progress
                {
                    StructSize = Calls.SizeOf<Native.Progress>(),
                    Step = Marshal.GetFunctionPointerForDelegate(step),
                    Destroy = Root()
                };
            }

            private void OnStep(IntPtr userdata, int number)
            {
                if (progress == null) return;
                var told = Enum.IsDefined(typeof(Step), number) ? (Step)number : Step.Other;
                try
                {
                    if (screen == null) progress(told);
                    else screen.Post(state => progress((Step)state), told);
                }
                catch (Exception) { /* A screen's failure is not the check's. */ }
            }
        }
    }

    /// <summary>A prepared check; it serves once.</summary>
    public sealed class Check : IDisposable
    {
        private readonly CheckHandle handle;
        internal CheckHandle Handle { get { return handle; } }
        private readonly Rooted[] listeners;

        internal Check(IntPtr native, Rooted[] listeners)
        {
            handle = NativeHandle.Own<CheckHandle>(native);
            this.listeners = listeners;
        }

        private Answer Answered(Func<Outs, int> ask, Card card = null) { return new Answer(Calls.Make(ask, Told(card))); }

        /// <summary>Whom a call may tell something: the card's transport, and the functions of the desk.</summary>
        private Rooted[] Told(Card card)
        {
            var all = new Rooted[listeners.Length + 1];
            all[0] = card == null ? null : card.Transport;
            listeners.CopyTo(all, 1);
            return all;
        }

        private static void Demand(object value, string name) { if (value == null) throw new ArgumentNullException(name); }

        /// <summary>The check itself, by PIN.</summary>
        public Answer ByPin(Card card, Pin pin, Cancel cancel = null)
        {
            Demand(card, "card");
            Demand(pin, "pin");
            return Answered(o => Native.mynacard_check_by_pin(handle, card.Handle, pin.Handle, Cancel.Of(cancel), out o.Made, out o.Error), card);
        }

        /// <summary>The same on a thread of the pool, so that a screen goes on.</summary>
        public Task<Answer> ByPinAsync(Card card, Pin pin, Cancel cancel = null)
        {
            return Task.Run(() => ByPin(card, pin, cancel));
        }

        /// <summary>The check itself, with the PIN typed on the reader's keypad.</summary>
        public Answer ByKeypad(Card card, Cancel cancel = null)
        {
            Demand(card, "card");
            return Answered(o => Native.mynacard_check_by_keypad(handle, card.Handle, Cancel.Of(cancel), out o.Made, out o.Error), card);
        }

        /// <summary>
        /// After a check whose answer got lost (MC-6013): the same proof once more, without card and PIN, and still one check.
        /// For about two minutes; after that the patient has to tap again (MC-5017).
        /// </summary>
        public Answer DeliverAgain(Cancel cancel = null)
        {
            return Answered(o => Native.mynacard_check_deliver_again(handle, Cancel.Of(cancel), out o.Made, out o.Error));
        }

        /// <summary>First part of a visual check: reads the card.</summary>
        public void Tap(Card card, Cancel cancel = null)
        {
            Demand(card, "card");
            Calls.Make(o =>
                Native.mynacard_check_tap(handle, card.Handle, Cancel.Of(cancel), out o.Error), Told(card));
        }

        /// <summary>Second part: a member of staff confirms now that photo and person agree.</summary>
        public void Confirm(string staff)
        {
            var name = Calls.Utf8(staff);
            IntPtr error;
            Calls.Check(Native.mynacard_check_confirm(handle, name, Calls.Size(name), out error), error);
        }

        /// <summary>Third part: the check itself, with the same card.</summary>
        public Answer BySight(Card card, Cancel cancel = null)
        {
            Demand(card, "card");
            return Answered(o => Native.mynacard_check_by_sight(handle, card.Handle, Cancel.Of(cancel), out o.Made, out o.Error), card);
        }

        /// <summary><see cref="ByKeypad"/> on a thread of the pool.</summary>
        public Task<Answer> ByKeypadAsync(Card card, Cancel cancel = null) { return Task.Run(() => ByKeypad(card, cancel)); }

        /// <summary><see cref="Tap"/> on a thread of the pool.</summary>
        public Task TapAsync(Card card, Cancel cancel = null) { return Task.Run(() => Tap(card, cancel)); }

        /// <summary><see cref="BySight"/> on a thread of the pool.</summary>
        public Task<Answer> BySightAsync(Card card, Cancel cancel = null) { return Task.Run(() => BySight(card, cancel)); }

        /// <summary><see cref="DeliverAgain"/> on a thread of the pool.</summary>
        public Task<Answer> DeliverAgainAsync(Cancel cancel = null) { return Task.Run(() => DeliverAgain(cancel)); }

        /// <summary>Frees it; one that was not used leaves its challenge to the next.</summary>
        public void Dispose() { handle.Dispose(); }
    }
}
