using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace Mynacard
{
    /// <summary>Whether the insurance is valid (資格有効性).</summary>
    public enum Validity
    {
        /// <summary>The answer does not say.</summary>
        Unstated = 0,
        /// <summary>有効.</summary>
        Valid = 1,
        /// <summary>無効.</summary>
        Invalid = 2,
        /// <summary>無効（新しい資格あり）.</summary>
        InvalidNewerExists = 3,
        /// <summary>該当資格なし.</summary>
        NotFound = 4,
        /// <summary>複数該当.</summary>
        Several = 5,
        /// <summary>有効（未登録）, of 医療扶助.</summary>
        ValidUnregistered = 6,
        /// <summary>The card is not yet registered as insurance card (利用登録).</summary>
        NotRegistered = 7,
        /// <summary>A code that this version does not know; read the field itself.</summary>
        Other = 99
    }

    /// <summary>A whole answer as one document.</summary>
    public enum Format
    {
        /// <summary>JSON; the keys are the tags of the interface.</summary>
        Json = 0,
        /// <summary>XML in UTF-8, the form of a face file.</summary>
        XmlUtf8 = 1,
        /// <summary>XML in Shift_JIS; characters without place there become character references.</summary>
        XmlShiftJis = 2,
        /// <summary>Lines for people, Japanese.</summary>
        TextJapanese = 3,
        /// <summary>Lines for people, English.</summary>
        TextEnglish = 4,
        /// <summary>The screen of マイナ資格確認アプリ as text.</summary>
        Screen = 5,
        /// <summary>CSV in UTF-8 with a byte order mark; one row for each insurance.</summary>
        CsvUtf8 = 6,
        /// <summary>CSV in Shift_JIS; characters without place there become 〓.</summary>
        CsvShiftJis = 7,
        /// <summary>A FHIR R4 bundle with a Coverage for each insurance, JSON.</summary>
        Fhir = 8,
        /// <summary>What the answer means for the desk, JSON.</summary>
        Situation = 9
    }

    /// <summary>A document that holds an answer.</summary>
    public enum Document
    {
        /// <summary>XML of the interface, in UTF-8 or Shift_JIS as its declaration says.</summary>
        Xml = 0,
        /// <summary>JSON as <see cref="Answer.Write"/> writes it.</summary>
        Json = 1,
        /// <summary>The screen of マイナ資格確認アプリ as text, UTF-8.</summary>
        Screen = 2
    }

    /// <summary>What the service or a face file says about one person.</summary>
    public sealed class Answer : IDisposable
    {
        private readonly AnswerHandle handle;
        internal AnswerHandle Handle { get { return handle; } }
        internal Answer(IntPtr native) { handle = NativeHandle.Own<AnswerHandle>(native); }

        /// <summary>Reads an answer or a face file.</summary>
        public static Answer FromXml(byte[] xml)
        {
            if (xml == null) throw new ArgumentNullException("xml");
            IntPtr answer, error;
            Calls.Check(Native.mynacard_answer_from_xml(xml, Calls.Size(xml), out answer, out error), error);
            return new Answer(answer);
        }

        /// <summary>Reads an answer from a document of a kind.</summary>
        public static Answer Read(byte[] document, Document kind)
        {
            if (document == null) throw new ArgumentNullException("document");
            IntPtr answer, error;
            Calls.Check(Native.mynacard_answer_read(document, Calls.Size(document), (int)kind, out answer, out error), error);
            return new Answer(answer);
        }

        /// <summary>The table of all fields, JSON: number, tag, label_ja, label_en.</summary>
        public static string FieldsJson()
        {
            return Calls.Json(o => Native.mynacard_fields_json(out o.Made, out o.Error));
        }

        /// <summary>The table of all fields.</summary>
        public static AnswerField[] Fields() { return Record.All(Json.Parse(FieldsJson()), one => new AnswerField(one)); }

        /// <summary>Which charts each insurance of the answer may belong to, and how they differ. Nothing is picked and nothing corrected:
        /// a person decides.</summary>
        public ChartSearch[] Match(params Chart[] charts)
        {
            if (charts == null) throw new ArgumentNullException("charts");
            return Record.All(Json.Parse(MatchJson("[" + string.Join(",", Array.ConvertAll(charts, one => one.Ask())) + "]")), one => new ChartSearch(one));
        }

        /// <summary>What the answer means for the desk.</summary>
        public Situation Situation() { return new Situation(Json.Parse(System.Text.Encoding.UTF8.GetString(Write(Format.Situation)))); }

        /// <summary>Which charts the answer may belong to, and how they differ, JSON. Nothing is picked and nothing corrected.
        /// <paramref name="charts"/> is JSON: [{"key":"4711","fields":{"Name":"…","Birthdate":"19800217"}}].</summary>
        public string MatchJson(string charts)
        {
            var known = Calls.Utf8(charts);
            return Calls.Json(o => Native.mynacard_answer_match_json(handle, known, Calls.Size(known), out o.Made, out o.Error));
        }

        /// <summary>Whether the insurance is valid.</summary>
        public Validity Validity
        {
            get
            {
                var number = Native.mynacard_answer_validity(handle);
                return Enum.IsDefined(typeof(Validity), number) ? (Validity)number : Validity.Other;
            }
        }

        /// <summary>How many insurances it holds.</summary>
        public int Count { get { return (int)Native.mynacard_answer_count(handle).ToUInt64(); } }

        /// <summary>A field by its tag: of insurance <paramref name="index"/>, or of the message with -1. Null where absent.</summary>
        public string Text(string tag, int index = 0)
        {
            var name = Calls.Utf8(tag);
            IntPtr text, error;
            var field = Native.mynacard_field_by_tag(name, Calls.Size(name));
            Calls.Check(Native.mynacard_answer_text(handle, index, field, 1, 0, out text, out error), error);
            return Calls.TakeUtf16(text);
        }

        /// <summary>The whole answer as a document.</summary>
        public byte[] Write(Format format)
        {
            IntPtr document, error;
            Calls.Check(Native.mynacard_answer_write(handle, (int)format, out document, out error), error);
            return Calls.Take(document);
        }

        /// <summary>What to keep with the answer; null for a file.</summary>
        public CheckRecord Check() { return CheckRecord.Of(CheckJson()); }

        /// <summary>What to keep with the answer, JSON; null for a file.</summary>
        public string CheckJson()
        {
            IntPtr json, error;
            Calls.Check(Native.mynacard_answer_check_json(handle, out json, out error), error);
            return Calls.TakeUtf8(json);
        }

        /// <summary>The answer left the screen: it is wiped, and where the desk is audited that is written down.</summary>
        public void Dispose() { handle.Dispose(); }
    }

    /// <summary>A watched exchange folder of the 資格確認端末.</summary>
    public sealed class FaceFolder : IDisposable
    {
        private readonly FolderHandle handle;

        /// <summary>Watches a folder, whether or not it is there at the moment.</summary>
        public FaceFolder(string path, bool deliverExisting = false)
        {
            var name = Calls.Utf8(path);
            IntPtr folder, error;
            Calls.Check(Native.mynacard_folder_open(name, Calls.Size(name), deliverExisting ? 1 : 0, out folder, out error), error);
            handle = NativeHandle.Own<FolderHandle>(folder);
        }

        /// <summary>The same on a thread of the pool: a folder on a share may take its time.</summary>
        public static Task<FaceFolder> OpenAsync(string path, bool deliverExisting = false) { return Task.Run(() => new FaceFolder(path, deliverExisting)); }

        /// <summary>Watches a folder with a journal, a folder of this program's own: each file comes until <see cref="Finish"/>, across
        /// restarts, and not after that.</summary>
        public FaceFolder(string path, string journal, bool deliverExisting = false)
        {
            if (string.IsNullOrEmpty(path)) throw new ArgumentException("which folder", "path");
            using (var pins = new Pins())
            {
                var native = new Native.Exchange { StructSize = Calls.SizeOf<Native.Exchange>(), Existing = deliverExisting ? 1 : 0 };
                pins.Text(path, out native.Face, out native.FaceSize);
                pins.Text(journal, out native.Journal, out native.JournalSize);
                handle = NativeHandle.Own<FolderHandle>(Calls.Make(o => Native.mynacard_folder_exchange(ref native, out o.Made, out o.Error)));
            }
        }

        /// <summary>This program has what a file says, or gives up one that cannot be read: with a journal it does not come again.</summary>
        public void Finish(string name)
        {
            var file = Calls.Utf8(name);
            Calls.Make(o => Native.mynacard_folder_finish(handle, file, Calls.Size(file), 0, out o.Error));
        }

        /// <summary><see cref="Finish"/> on a thread of the pool.</summary>
        public Task FinishAsync(string name) { return Task.Run(() => Finish(name)); }

        /// <summary>Waits for the next face file. One that cannot be read is an exception whose <see cref="MynacardException.Subject"/> names
        /// it; the next call goes on.</summary>
        public Answer Next(TimeSpan? timeout = null, Cancel cancel = null)
        {
            string name;
            return Next(handle, out name, timeout, cancel);
        }

        /// <summary>The same, with the file's name.</summary>
        public Answer Next(out string name, TimeSpan? timeout = null, Cancel cancel = null) { return Next(handle, out name, timeout, cancel); }

        /// <summary>The next face file, waited for on a thread of the pool.</summary>
        public Task<Answer> NextAsync(TimeSpan? timeout = null, Cancel cancel = null) { return Task.Run(() => Next(timeout, cancel)); }

        internal static Answer Next(FolderHandle folder, out string name, TimeSpan? timeout, Cancel cancel)
        {
            IntPtr answer, named, error;
            var status = Native.mynacard_folder_next(folder, Card.Milliseconds(timeout), Cancel.Of(cancel), out answer, out named, out error);
            Calls.Check(status, error);
            name = Calls.TakeUtf8(named);
            return answer == IntPtr.Zero ? null : new Answer(answer);
        }

        /// <summary>Stops watching.</summary>
        public void Dispose() { handle.Dispose(); }
    }

    /// <summary>The folders of an exchange with a 資格確認端末 (req and res).</summary>
    public sealed class ExchangeFolders
    {
        /// <summary>Where requests are written, on the terminal's share.</summary>
        public string Requests { get; set; }
        /// <summary>Where answers appear, on the terminal's share.</summary>
        public string Answers { get; set; }
        /// <summary>A folder of our own, on a local disk: what was asked survives a restart there.</summary>
        public string Journal { get; set; }
        /// <summary>The password of AES ZIPs, where the terminal writes them.</summary>
        public string ZipPassword { get; set; }
        /// <summary>Requests in Shift_JIS instead of UTF-8.</summary>
        public bool ShiftJis { get; set; }
        /// <summary>How long a file that cannot be read must stay unchanged before it is told; ten seconds unless set.</summary>
        public TimeSpan? Patience { get; set; }
        /// <summary>The most bytes of XML that an answer may have, unpacked; one GiB unless set.</summary>
        public long? MaxAnswer { get; set; }
    }

    /// <summary>Insurance by number: requests and answers through the folders of a 資格確認端末.</summary>
    public sealed class Exchange : IDisposable
    {
        private readonly FolderHandle handle;

        /// <summary>Opens the exchange; answers to what was asked before a restart come too.</summary>
        public Exchange(ExchangeFolders folders)
        {
            if (folders == null) throw new ArgumentNullException("folders");
            using (var pins = new Pins())
            {
                var native = new Native.Exchange { StructSize = Calls.SizeOf<Native.Exchange>(), ShiftJis = folders.ShiftJis ? 1 : 0, PatienceMs = Calls.Milliseconds(folders.Patience, "Patience") };
                if (folders.MaxAnswer.HasValue)
                {
                    if (folders.MaxAnswer.Value < 1 || folders.MaxAnswer.Value > uint.MaxValue) throw new ArgumentOutOfRangeException("MaxAnswer", "from a byte to 4 GiB");
                    native.MaxAnswer = new UIntPtr((uint)folders.MaxAnswer.Value);
                }
                pins.Text(folders.Requests, out native.Requests, out native.RequestsSize);
                pins.Text(folders.Answers, out native.Answers, out native.AnswersSize);
                pins.Text(folders.Journal, out native.Journal, out native.JournalSize);
                pins.Text(folders.ZipPassword, out native.ZipPassword, out native.ZipPasswordSize);
                handle = NativeHandle.Own<FolderHandle>(Calls.Make(o => Native.mynacard_folder_exchange(ref native, out o.Made, out o.Error)));
            }
        }

        /// <summary>The same on a thread of the pool: folders on a share may take their time.</summary>
        public static Task<Exchange> OpenAsync(ExchangeFolders folders) { return Task.Run(() => new Exchange(folders)); }

        /// <summary><see cref="Submit"/> on a thread of the pool.</summary>
        public Task<string> SubmitAsync(string ask) { return Task.Run(() => Submit(ask)); }

        /// <summary><see cref="Finish(string)"/> on a thread of the pool.</summary>
        public Task FinishAsync(string request) { return Task.Run(() => Finish(request)); }

        /// <summary><see cref="GiveUp"/> on a thread of the pool.</summary>
        public Task GiveUpAsync(string request) { return Task.Run(() => GiveUp(request)); }

        /// <summary>Asks; returns the request's name, which comes back with the answer. <paramref name="ask"/> is JSON whose "do" is query
        /// (the usual: {"institution":"1312345679","insurer":"06130488","number":"…","birth":"19800217"}), bulk, consented, assistance,
        /// register or download, as mynacard_folder_submit describes it.</summary>
        public string Submit(string ask)
        {
            var asked = Calls.Utf8(ask);
            return Calls.Json(o => Native.mynacard_folder_submit(handle, asked, Calls.Size(asked), out o.Made, out o.Error));
        }

        /// <summary>Waits for the next answer and says to which request it belongs; null where the request was no single query:
        /// <see cref="Read"/> reads what came. What cannot be read is an exception whose <see cref="MynacardException.Subject"/> names the
        /// request, which <see cref="GiveUp"/> ends.</summary>
        public Answer Next(out string request, TimeSpan? timeout = null, Cancel cancel = null)
        {
            return FaceFolder.Next(handle, out request, timeout, cancel);
        }

        /// <summary>The next answer with its request, waited for on a thread of the pool.</summary>
        public Task<KeyValuePair<string, Answer>> NextAsync(TimeSpan? timeout = null, Cancel cancel = null)
        {
            return Task.Run(() =>
            {
                string request;
                var answer = Next(out request, timeout, cancel);
                return new KeyValuePair<string, Answer>(request, answer);
            });
        }

        /// <summary>This program has the answer: it is not delivered again after a restart.</summary>
        public void Finish(string request) { Finish(request, 0); }

        /// <summary>The answer is waited for no longer.</summary>
        public void GiveUp(string request) { Finish(request, 1); }

        private void Finish(string request, int giveUp)
        {
            var name = Calls.Utf8(request);
            IntPtr error;
            Calls.Check(Native.mynacard_folder_finish(handle, name, Calls.Size(name), giveUp, out error), error);
        }

        /// <summary>Looks after the exchange, JSON: {"do":"requests"}, {"do":"prune","before":1790000000}, {"do":"read","name":"…"}; the
        /// people of a read answer are handed to <paramref name="patient"/>, which throws to end it. See mynacard_folder_manage.</summary>
        public string Manage(string ask, Action<string> patient = null, Cancel cancel = null)
        {
            var asked = Calls.Utf8(ask);
            Exception thrown = null;
            var listener = patient == null ? null : new JsonListener(patient, exception => thrown = exception);
            using (var pins = new Pins())
            {
                try
                {
                    var table = listener == null ? IntPtr.Zero : pins.Pin(listener.Table());
                    var written = Calls.Json(o => Native.mynacard_folder_manage(handle, asked, Calls.Size(asked), table, Cancel.Of(cancel), out o.Made, out o.Error), listener);
                    // A function that wants no more is no failure of the library; one that threw is one of this call.
                    if (thrown != null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(thrown).Throw();
                    return written;
                }
                finally { if (listener != null) listener.Unroot(); }
            }
        }

        /// <summary>What was asked and not forgotten yet, also before a restart.</summary>
        public AskedRequest[] Requests() { return Record.All(Json.Parse(Manage("{\"do\":\"requests\"}"))["requests"], one => new AskedRequest(one)); }

        /// <summary>Forgets what is done or given up and was asked before a time: without this the journal grows. Returns what is left.</summary>
        public AskedRequest[] Prune(DateTime before)
        {
            var seconds = (long)(before.ToUniversalTime() - Record.Since1970(0)).TotalSeconds;
            return Record.All(Json.Parse(Manage("{\"do\":\"prune\",\"before\":" + seconds.ToString(System.Globalization.CultureInfo.InvariantCulture) + "}"))["requests"], one => new AskedRequest(one));
        }

        /// <summary>What came for a request that <see cref="Next(out string, TimeSpan?, Cancel)"/> brought, until it is finished.
        /// <paramref name="person"/> is handed its people one by one, on a thread of the pool, where answers may be opened.</summary>
        public ExchangeOutcome Read(string request, Action<BulkPatient> person = null, Cancel cancel = null)
        {
            Action<string> each = null;
            // On the library's own thread nothing of it may be called, and so no answer be opened.
            if (person != null) each = json => Task.Run(() => person(new BulkPatient(Json.Parse(json)))).GetAwaiter().GetResult();
            return new ExchangeOutcome(Json.Parse(Manage("{\"do\":\"read\",\"name\":" + Json.Quote(request) + "}", each, cancel)));
        }

        /// <summary><see cref="Read"/> on a thread of the pool.</summary>
        public Task<ExchangeOutcome> ReadAsync(string request, Action<BulkPatient> person = null, Cancel cancel = null) { return Task.Run(() => Read(request, person, cancel)); }

        /// <summary>Closes it; what was asked is kept in the journal.</summary>
        public void Dispose() { handle.Dispose(); }
    }

    /// <summary>Which library is running.</summary>
    public static class Library
    {
        /// <summary>Throws when the native library is not found (DllNotFoundException), is of the other width
        /// (BadImageFormatException), or does not belong to this wrapper (NotSupportedException). Every first call does so too; here it
        /// can be said before anybody waits at a desk.</summary>
        public static void CheckVersion()
        {
            try { Native.mynacard_abi_version(); }
            catch (TypeInitializationException first)
            {
                var why = first.InnerException as NotSupportedException;
                if (why == null) throw;
                throw new NotSupportedException(why.Message, first);
            }
        }

        /// <summary>The version of the native library.</summary>
        public static string Version { get { return System.Runtime.InteropServices.Marshal.PtrToStringAnsi(Native.mynacard_version()); } }

        /// <summary>Panics inside the library on purpose, to try how a program treats it.</summary>
        public static void PanicOnPurpose()
        {
            IntPtr error;
            Calls.Check(Native.mynacard_panic_on_purpose(out error), error);
        }
    }
}
