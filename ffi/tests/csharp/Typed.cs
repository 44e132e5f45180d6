// What the wrapper makes types of, and their asynchronous twins, against what the sandbox and its people are known to be.
// Prints "done" when all is as promised.
//
//   mono Typed.exe FOLDER                  FOLDER: empty, for a vault and its trail
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using Mynacard;
using Mynacard.Testing;

internal static class Program
{
    private const string Person = "kyokai-self";
    private static readonly List<string> Faults = new List<string>();

    private static void Demand(bool condition, string what) { if (!condition) Faults.Add(what); }

    private static void Throws<T>(Action call, string what) where T : Exception
    {
        try { call(); }
        catch (T) { return; }
        catch (Exception other) { Faults.Add(what + ": " + other.GetType().Name + " " + other.Message); return; }
        Faults.Add(what + ": " + typeof(T).Name + ", but it worked");
    }

    private static void Numbers()
    {
        var good = Identifier.Check("insurer-number", "１３８０１６");
        Demand(good.IsValid && good.Value == "138016" && good.Rendered("zeros") == "00138016" && good.Rendered("spaces") == "  138016" && good.Rendered("none") == null && good.Code == null && good.Error == null, "a number: " + good.Written);
        var bad = Identifier.Check("insurer-number", "138017");
        Demand(!bad.IsValid && bad.Value == "138017" && bad.Code == "MC-4023" && bad.Findings.Length == 1 && bad.Error.Length > 0, "a wrong digit: " + bad.Written);
        Demand(Identifier.Check("insurer-number", "x").Value == null, "no number at all");
        var kinds = Identifier.AllKinds();
        Demand(Array.Exists(kinds, kind => kind.Kind == "insurer-number" && kind.Label == "保険者番号"), "kinds");
        foreach (var kind in kinds) Demand(Identifier.Check(kind.Kind, "1").Kind == kind.Kind, "a kind");
    }

    private static void Words()
    {
        var wrong = Guidance.For("MC-1003");
        Demand(wrong.Code == "MC-1003" && wrong.Staff.Japanese.StartsWith("暗証番号が違います") && wrong.Staff.English.StartsWith("Wrong PIN.") && wrong.Next.Japanese.Length > 0 && Array.IndexOf(wrong.Instead, "online-visual") >= 0, "sentences");
        Demand(Guidance.All().Length > 100 && Array.TrueForAll(Guidance.All(), one => one.Staff.Japanese.Length > 0 && one.Staff.English.Length > 0), "all");
        Throws<ArgumentException>(() => Guidance.For(""), "no code");
    }

    private static void Cards()
    {
        try { foreach (var reader in Card.ReadersAsync().Result) Demand(reader.Name.Length > 0 && (reader.HasCard || reader.State != ReaderState.Card), "a reader"); }
        catch (AggregateException none) { Demand(none.InnerException is MynacardException, "no readers: " + none.InnerException); }
        using (var card = Card.Behind(new VirtualCard(Person)))
        {
            var status = card.ReadStatusAsync().Result;
            Demand(status.Kind == CardKind.MyNumberCard && status.Has("jpki") && !status.Has("no-such") && status.Tries("authentication") == 3 && status.Tries("signature") == 5 && status.Tries("no-such") == null && status.Open.Length == 0, "the status: " + status.Written);
            using (var pin = Sandbox.Pin(Person))
            {
                var attributes = card.ReadAttributesAsync(pin, Sandbox.Authorities).Result;
                Demand(attributes.Name == "医療　太郎" && attributes.Address.StartsWith("東京都") && attributes.Birth == "19800401" && attributes.Sex == Sex.Male && attributes.IsVerified, "the attributes");
            }
            using (var pin = Sandbox.Pin(Person)) Demand(!card.ReadAttributes(pin).IsVerified, "nobody to verify by");
            using (var pin = new Pin(Encoding.ASCII.GetBytes("9999"))) Throws<MynacardException>(() => card.ReadAttributes(pin), "a wrong PIN");
            Demand(card.ReadStatus().Tries("input-support") == 2, "a try less");
        }
    }

    private static MynacardException Refused(Action call, string what)
    {
        try { call(); }
        catch (MynacardException refused) { return refused; }
        Faults.Add(what + ": it worked");
        return null;
    }

    /// <summary>Whether a certificate was revoked, from a source that says nothing that can be believed, or that nobody answers at.</summary>
    private static void Certificates()
    {
        byte[] der;
        using (var card = Card.Behind(new VirtualCard(Person))) der = card.Certificate();
        const CertificateUsage usage = CertificateUsage.Authentication;
        var later = RevocationSource.Response(new byte[] { 0x30, 3, 0x0a, 1, 6 }); // "unauthorized"
        var verdict = Certificate.VerifyAsync(der, usage, Trust.Simulation, null, later).Result;
        Demand(verdict.Revocation == "unknown" && verdict.RevocationUnknown.Contains("refused with status 6") && verdict.RevokedSince == null, "a responder that refuses: " + verdict.Written);
        Demand(Certificate.Verify(der, usage, Trust.Simulation).Revocation == "not-asked", "nobody asked");
        later.Policy = RevocationPolicy.RequireGood;
        var refused = Refused(() => Certificate.Verify(der, usage, Trust.Simulation, null, later), "only good ones");
        Demand(refused == null || refused.Status == Status.Environment, "nobody says that it is good");
        var nowhere = RevocationSource.ListAt("http://127.0.0.1:9/list");
        nowhere.Direct = true;
        nowhere.Timeout = TimeSpan.FromSeconds(2);
        nowhere.Policy = RevocationPolicy.Report;
        Demand(Certificate.Verify(der, usage, Trust.Simulation, null, nowhere).RevocationUnknown.Contains("no answer could be had"), "nobody there");
        Refused(() => Certificate.Verify(der, usage, Trust.Simulation, null, RevocationSource.List(new byte[] { 0x30, 0 })), "no list");
        // No responder of an unknown certificate is asked.
        var unknown = Refused(() => Certificate.Verify(der, usage, Trust.Production, null, RevocationSource.Responder()), "a virtual card is no real one");
        Demand(unknown == null || unknown.Code.StartsWith("MC-3"), "refused before anybody is asked");
        Throws<ArgumentNullException>(() => RevocationSource.List(null), "no list");
        var root = Refused(() => Certificate.Verify(der, usage, Trust.JpkiTest, null, null, new[] { new byte[] { 0x30, 0 } }), "a root that is none");
        Demand(root == null || root.Status != Status.InvalidArgument, "it was understood: " + root.Detail);
        Demand(Refused(() => Certificate.Verify(der, usage, Trust.JpkiTest), "no root").Status == Status.InvalidArgument, "test cards have roots of their own");
    }

    /// <summary>Test cards, patience and confirmation at a desk.</summary>
    private static void Desks(Sandbox sandbox, Terminal terminal)
    {
        var service = sandbox.Service;
        service.Trust = Trust.JpkiTest;
        Demand(Refused(() => new Desk(service, terminal).Dispose(), "test cards without roots").Status == Status.InvalidArgument, "no roots");
        service.TestRoots = new[] { new byte[] { 0x30, 0 }, new byte[] { 0x30, 0 } };
        Demand(Refused(() => new Desk(service, terminal).Dispose(), "roots that are none").Status != Status.Ok, "no roots");
        Throws<ArgumentOutOfRangeException>(() => new Desk(sandbox.Service, terminal, new DeskOptions { Patience = TimeSpan.FromSeconds(-1) }), "no patience");
        var options = new DeskOptions { VisualCheck = true, ConfirmationLife = TimeSpan.FromMilliseconds(1), Patience = TimeSpan.FromSeconds(20) };
        using (var desk = new Desk(sandbox.Service, terminal, options))
        using (var card = Card.Behind(new VirtualCard(Person)))
        using (var check = desk.Prepare(method: Method.Visual))
        {
            check.Tap(card);
            check.Confirm("staff-07");
            Thread.Sleep(50);
            Refused(() => check.BySight(card).Dispose(), "a confirmation that is over");
        }
        var slow = new VirtualCard(Person);
        using (var desk = new Desk(sandbox.Service, terminal, new DeskOptions { Patience = TimeSpan.FromMilliseconds(300) }))
        using (var card = Card.Behind(slow))
        using (var check = desk.Prepare())
        using (var pin = Sandbox.Pin(Person))
        {
            slow.BeforeCommand = secret => Thread.Sleep(200);
            Refused(() => check.ByPin(card, pin).Dispose(), "patience that is over");
        }
    }

    private static string Message(string header, string body)
    {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader>" + header + "</MessageHeader><MessageBody>" + body + "</MessageBody></XmlMsg>";
    }

    private static string List(string name)
    {
        return "<ResultList><ResultOfQualificationConfirmation><InsurerNumber>00138016</InsurerNumber><Name>" + name + "</Name></ResultOfQualificationConfirmation></ResultList>";
    }

    private static string Unit(string name) { return "<BulkConfirmUnit>" + List(name) + "</BulkConfirmUnit>"; }

    private static void Write(string folder, string name, string text) { File.WriteAllText(Path.Combine(folder, name), text, new UTF8Encoding(false)); }

    /// <summary>A face folder whose files come until they are finished, and one file that nobody can read.</summary>
    private static void Faces(string folder)
    {
        string face = Path.Combine(folder, "faces"), journal = Path.Combine(folder, "faces-journal");
        const string first = "OQSsiquc01res_face_A1_20261120103000.xml", second = "OQSsiquc01res_face_A2_20261120103100.xml";
        Directory.CreateDirectory(face);
        Write(face, first, Message("", "<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity>" + List("医療　太郎")));
        string name;
        for (var turn = 0; turn < 2; turn++)
            using (var faces = new FaceFolder(face, journal, true))
            {
                using (var answer = faces.Next(out name, TimeSpan.FromSeconds(20))) Demand(name == first && answer.Text(Field.Name) == "医療　太郎", "turn " + turn + ": " + name);
                if (turn == 1) faces.FinishAsync(name).Wait();
            }
        using (var faces = new FaceFolder(face, journal, true)) Demand(Refused(() => faces.Next(TimeSpan.Zero).Dispose(), "a finished file").Status == Status.Timeout, "it does not come again");
        Throws<ArgumentException>(() => new FaceFolder("", journal), "no folder");
        Write(face, second, "<XmlMsg>");
        using (var faces = new FaceFolder(face, journal, true))
        {
            var broken = Refused(() => faces.Next(TimeSpan.FromSeconds(40)).Dispose(), "a broken file");
            Demand(broken != null && broken.Status == Status.Input && broken.Subject == second, "whose it is: " + broken.Subject + " " + broken.Code);
            faces.Finish(broken.Subject);
        }
        Demand(Refused(() => Guidance.For("MC-0000"), "no code").Subject == "", "about no file");
    }

    /// <summary>An exchange with several requests: what is open, what came, what cannot be read.</summary>
    private static void Exchanges(string folder)
    {
        var folders = new ExchangeFolders { Requests = Path.Combine(folder, "req"), Answers = Path.Combine(folder, "res"), Journal = Path.Combine(folder, "journal"), Patience = TimeSpan.FromMilliseconds(500), MaxAnswer = 1 << 20 };
        Directory.CreateDirectory(folders.Requests);
        Directory.CreateDirectory(folders.Answers);
        using (var exchange = new Exchange(folders))
        {
            var bulk = exchange.Submit("{\"do\":\"bulk\",\"institution\":\"1312345679\",\"day\":\"20261121\",\"people\":[{\"insurer\":\"06130488\",\"number\":\"12345\",\"birth\":\"19800217\"}]}");
            var broken = exchange.Submit("{\"institution\":\"1312345679\",\"insurer\":\"06130488\",\"number\":\"12345\",\"birth\":\"19800217\",\"day\":\"20261121\",\"file_identifier\":\"mine\"}");
            var open = exchange.Requests();
            Demand(open.Length == 2 && Array.TrueForAll(open, one => one.State == RequestState.Waiting && Math.Abs((one.AskedAt - DateTime.UtcNow).TotalMinutes) < 10) && Array.Exists(open, one => one.FileIdentifier == "mine"), "what is open");
            Write(folders.Answers, broken.Replace("req_", "res_"), "<XmlMsg>");
            var unread = Refused(() => exchange.NextAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult(), "a broken answer");
            Demand(unread != null && unread.Subject == broken, "whose it is: " + unread.Subject);
            exchange.GiveUp(unread.Subject);
            // Many people: a number first, and with that their answers.
            Write(folders.Answers, bulk.Replace("req_", "res_"), Message("<SegmentOfResult>2</SegmentOfResult><ReceptionNumber>00000000000000000001</ReceptionNumber>", ""));
            string request;
            Demand(exchange.Next(out request, TimeSpan.FromSeconds(30)) == null && request == bulk, "no answer about one person: " + request);
            var began = exchange.ReadAsync(bulk).Result;
            Demand(began.State == BulkState.InProgress && began.People == 0 && began.ReceptionNumber == "00000000000000000001" && !began.IsLate && began.ErrorCode == null && began.ErrorMessage == null, "begun: " + began.Written);
            var fetch = exchange.Submit("{\"do\":\"download\",\"institution\":\"1312345679\",\"of\":\"bulk\",\"reception_number\":\"00000000000000000001\"}");
            Write(folders.Answers, fetch.Replace("req_", "res_"), Message("<SegmentOfResult>1</SegmentOfResult>", Unit("医療　太郎") + Unit("診療　花子")));
            Demand(exchange.Next(out request, TimeSpan.FromSeconds(30)) == null && request == fetch, "the answers of many: " + request);
            var names = new List<string>();
            var came = exchange.Read(fetch, person => { using (var one = person.OpenAnswer()) names.Add(person.Number + " " + one.Text(Field.Name)); });
            Demand(came.State == BulkState.Finished && came.People == 2 && string.Join(",", names.ToArray()) == "1 医療　太郎,2 診療　花子", "came: " + came.Written + string.Join(",", names.ToArray()));
            Throws<TimeZoneNotFoundException>(() => exchange.Read(fetch, person => { throw new TimeZoneNotFoundException(); }), "what its function throws");
            exchange.Finish(bulk);
            exchange.Finish(fetch);
            Demand(Array.Exists(exchange.Requests(), one => one.Name == bulk && one.State == RequestState.Done) && Array.Exists(exchange.Requests(), one => one.Name == broken && one.State == RequestState.Abandoned), "what is done");
            Demand(exchange.Prune(DateTime.UtcNow.AddDays(-1)).Length == 3 && exchange.Prune(DateTime.UtcNow.AddDays(1)).Length == 0, "pruned");
        }
        Throws<ArgumentOutOfRangeException>(() => new Exchange(new ExchangeFolders { Requests = folders.Requests, Answers = folders.Answers, Journal = folders.Journal, MaxAnswer = 0 }), "no answer at all");
    }

    private static void Machine(Sandbox sandbox, Terminal terminal, string trail)
    {
        var seen = Doctor.ExamineAsync(sandbox.Service, terminal, trail).Result;
        Func<string, DoctorPart> part = seen.Part;
        Demand(seen.Parts.Length == 6 && part("service").State == Health.Good && part("service").Guidance == null && part("clock").State == Health.Good && part("audit").State == Health.Good, "what works: " + seen.Written);
        var readers = part("readers");
        Demand(readers.State == Health.Good || readers.Code.StartsWith("MC-") && readers.Guidance.Staff.Japanese.Length > 0 && readers.Guidance.Code == readers.Code, "readers: " + seen.Written);
        var blind = Doctor.Examine();
        Demand(!blind.IsComplete && Array.Find(blind.Parts, one => one.Name == "service").State == Health.Unknown, "nothing to ask");
        sandbox.Suffer("clock:-3600");
        var slow = Doctor.Examine(sandbox.Service, terminal);
        Demand(!slow.IsHealthy && Array.Find(slow.Parts, one => one.Name == "clock").State != Health.Good, "a clock an hour off: " + slow.Written);
        sandbox.Suffer("none");
    }

    private static void Charts(Answer answer)
    {
        var chart = new Chart("4711\"") { ReferenceNumber = "0001" };
        chart.Fields[Field.Name] = "医療　太郎";
        chart.Fields[Field.Birthdate] = "19800401";
        chart.Fields[Field.Address] = "大阪府";
        var other = new Chart("4712");
        other.Fields[Field.Name] = "診療　花子";
        other.Fields[Field.Birthdate] = "19990101";
        var matches = answer.Match(other, chart);
        Demand(matches.Length == 1 && (matches[0].Found == Found.One || matches[0].Found == Found.ReferenceNumber) && matches[0].Charts.Length == 1 && matches[0].Charts[0].Key == "4711\"", "one chart");
        var address = Array.Find(matches[0].Charts[0].Differences, one => one.Tag == Field.Address);
        Demand(address != null && address.Ours == "大阪府" && address.Theirs.StartsWith("東京都") && address.Outcome == Outcome.Differs && address.IsOpen && address.Weight == Weight.Note && address.Proposal != null, "another address");
        Demand(Array.Find(matches[0].Charts[0].Differences, one => one.Tag == Field.InsurerNumber).Outcome == Outcome.OnlyTheirs, "no insurer");
        Demand(answer.Match(other)[0].Found == Found.None && answer.Match()[0].Charts.Length == 0, "no chart");
        Demand(answer.Match(Same("1"), Same("2"))[0].Found == Found.Several, "two charts");
        Throws<ArgumentNullException>(() => answer.Match(null), "no charts");
    }

    private static Chart Same(string key)
    {
        var chart = new Chart(key);
        chart.Fields[Field.Name] = "医療　太郎";
        chart.Fields[Field.NameKana] = "ｲﾘｮｳ ﾀﾛｳ";
        chart.Fields[Field.Birthdate] = "19800401";
        return chart;
    }

    private static void Visited(Desk desk, Answer answer)
    {
        const Consents both = Consents.Medicines | Consents.Treatment;
        var consent = desk.RegisterConsentAsync(answer, "0001", Care.Visiting, both).Result;
        Demand(consent.Reference == "0001" && consent.Care == Care.Visiting && consent.Kinds == both && consent.State == ConsentState.Active && consent.Visit != null, "registered");
        Demand(consent.EndsAt > consent.GivenAt && Math.Abs((consent.GivenAt.Value - DateTime.UtcNow).TotalMinutes) < 10 && consent.GivenAt.Value.Kind == DateTimeKind.Utc, "when: " + consent.GivenAt);
        Demand(desk.InquireConsentAsync("0001").Result.Kinds == both, "found");
        var listed = desk.ListConsentsAsync(new ConsentQuery()).Result;
        Demand(listed.Length == 1 && listed[0].Reference == "0001" && desk.ListConsents(new ConsentQuery { By = DayOf.Consent }).Length == 1, "listed");
        Demand(desk.ListConsents(new ConsentQuery { From = new DateTime(2020, 1, 1), To = new DateTime(2020, 1, 2) }).Length == 0, "listed by day");
        Demand(desk.ChangeConsentAsync("0001", Consents.Medicines).Result.Kinds == Consents.Medicines, "changed");
        var number = desk.SubmitBulkAsync(new ConsentQuery { LimitApplication = true }).Result;
        var state = BulkState.InProgress;
        for (var turn = 0; turn < 200 && state == BulkState.InProgress; turn++)
        {
            state = desk.PollBulkAsync(number).Result;
            Thread.Sleep(50);
        }
        Demand(state == BulkState.Finished, "finished");
        var names = new List<string>();
        var kept = new List<Answer>();
        var download = desk.DownloadPatientsAsync(number, patient =>
        {
            // Answers may be opened while the library waits, and outlive it.
            kept.Add(patient.OpenAnswer());
            names.Add(patient.Reference + " " + kept[0].Text(Field.Name) + " " + kept[0].Validity);
        }).Result;
        Demand(kept.Count == 1 && kept[0].Text(Field.Name) == "医療　太郎", "kept");
        kept.ForEach(one => one.Dispose());
        Demand(download.Patients == 1 && names.Count == 1 && names[0] == "0001 医療　太郎 Valid", "downloaded: " + string.Join(", ", names.ToArray()));
        Throws<TimeZoneNotFoundException>(() => desk.DownloadPatients(number, patient => { throw new TimeZoneNotFoundException(); }), "what a download's function throws");
        Throws<ArgumentNullException>(() => desk.DownloadPatients(number, null), "no function");
        Throws<ArgumentNullException>(() => desk.RegisterConsent(null, "0001", Care.Visiting, both), "no answer");
        var ended = desk.CancelConsentAsync("0001", CancelledBy.Patient).Result;
        Demand(ended.State == ConsentState.Cancelled, "cancelled");
        Throws<MynacardException>(() => desk.InquireConsent("no \"such"), "a reference of nobody");
    }

    private static int Main(string[] arguments)
    {
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
        var trail = Path.Combine(arguments[0], "trail");
        Numbers();
        Words();
        Cards();
        Certificates();
        Faces(arguments[0]);
        Exchanges(arguments[0]);
        using (var sandbox = new Sandbox())
        {
            var issued = sandbox.Issue();
            issued.Path = Path.Combine(arguments[0], "typed.vault");
            issued.Passcode = "passcode-1";
            using (var terminal = Terminal.Register(sandbox.Service, issued))
            using (var desk = new Desk(sandbox.Service, terminal, new DeskOptions { AuditFolder = trail }))
            using (var card = Card.Behind(new VirtualCard(Person)))
            using (var check = desk.Prepare(Purpose.Visiting, consents: Consents.Medicines | Consents.Treatment))
            using (var pin = Sandbox.Pin(Person))
            {
                using (var answer = check.ByPin(card, pin))
                {
                    Charts(answer);
                    Visited(desk, answer);
                }
                Desks(sandbox, terminal);
                Machine(sandbox, terminal, trail);
                var report = AuditTrail.VerifyAsync(terminal, trail, 1).Result;
                Demand(report.IsWhole && report.Files == 1 && report.Lines > 2 && report.Fingerprint.Length > 20 && report.Events.Length == 1 && report.Events[0].Event.Length > 0, "the trail: " + report.Written);
                foreach (var file in Directory.GetFiles(trail, "*.jsonl")) File.WriteAllText(file, File.ReadAllText(file).Replace("\"shown\"", "\"lost\""));
                Demand(!AuditTrail.Verify(terminal, trail).IsWhole, "a trail that was rewritten");
            }
        }
        foreach (var fault in Faults) Console.Error.WriteLine("expected: " + fault);
        if (Faults.Count > 0) return 1;
        Console.WriteLine("done");
        return 0;
    }
}
