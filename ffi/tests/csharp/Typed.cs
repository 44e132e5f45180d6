// What the wrapper makes types of, against what the sandbox and its people are known to be.
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
        var good = Identifier.Judge("insurer-number", "１３８０１６");
        Demand(good.IsValid && good.Value == "138016" && good.Rendering("zeros") == "00138016" && good.Rendering("spaces") == "  138016" && good.Rendering("none") == null && good.Code == null && good.Error == null, "a number: " + good.Written);
        var bad = Identifier.Judge("insurer-number", "138017");
        Demand(!bad.IsValid && bad.Value == "138017" && bad.Code == "MC-4023" && bad.Findings.Length == 1 && bad.Error.Length > 0, "a wrong digit: " + bad.Written);
        Demand(Identifier.Judge("insurer-number", "x").Value == null, "no number at all");
        var kinds = Identifier.Kinds();
        Demand(Array.Exists(kinds, kind => kind.Kind == "insurer-number" && kind.Label == "保険者番号"), "kinds");
        foreach (var kind in kinds) Identifier.Judge(kind.Kind, "1");
    }

    private static void Words()
    {
        Sentences japanese = Guidance.Of("MC-1003"), english = Guidance.Of("MC-1003", true);
        Demand(japanese.Code == "MC-1003" && japanese.Staff.StartsWith("暗証番号が違います") && japanese.Next.Length > 0 && japanese.Patient.Length > 0 && Array.IndexOf(japanese.Instead, "online-visual") >= 0, "Japanese");
        Demand(english.Staff.StartsWith("Wrong PIN."), "English");
        Demand(Guidance.All().Length > 100 && Array.TrueForAll(Guidance.All(true), one => one.Staff.Length > 0), "all");
        Throws<ArgumentException>(() => Guidance.Of(""), "no code");
    }

    private static void Cards()
    {
        try { foreach (var reader in Card.ReadersAsync().Result) Demand(reader.Name.Length > 0 && reader.HasCard == (reader.State == "card"), "a reader"); }
        catch (AggregateException none) { Demand(none.InnerException is MynacardException, "no readers: " + none.InnerException); }
        using (var card = Card.Behind(new VirtualCard(Person)))
        {
            var status = card.StatusAsync().Result;
            Demand(status.Kind == "my-number-card" && status.Has("jpki") && !status.Has("no-such") && status.Tries("authentication") == 3 && status.Tries("signature") == 5 && status.Tries("no-such") == null && status.Open.Length == 0, "the status: " + status.Written);
            using (var pin = Sandbox.Pin(Person))
            {
                var attributes = card.ReadAttributesAsync(pin, Sandbox.Authorities).Result;
                Demand(attributes.Name == "医療　太郎" && attributes.Address.StartsWith("東京都") && attributes.Birth == "19800401" && attributes.Sex == "1" && attributes.IsVerified, "the attributes");
            }
            using (var pin = Sandbox.Pin(Person)) Demand(!card.ReadAttributes(pin).IsVerified, "nobody to verify by");
            using (var pin = new Pin(Encoding.ASCII.GetBytes("9999"))) Throws<MynacardException>(() => card.ReadAttributes(pin), "a wrong PIN");
            Demand(card.Status().Tries("input-support") == 2, "a try less");
        }
    }

    private static void Machine(Sandbox sandbox, Terminal terminal, string trail)
    {
        var seen = Doctor.LookAsync(sandbox.Service, terminal, trail).Result;
        Func<string, DiagnosedPart> part = name => Array.Find(seen.Parts, one => one.Name == name);
        Demand(seen.Parts.Length == 6 && part("service").Health == Health.Good && part("service").Guidance == null && part("clock").Health == Health.Good && part("audit").Health == Health.Good, "what works: " + seen.Written);
        var readers = part("readers");
        Demand(readers.Health == Health.Good || readers.Code.StartsWith("MC-") && readers.Guidance.Staff.Length > 0 && readers.Guidance.Code == readers.Code, "readers: " + seen.Written);
        var blind = Doctor.Look();
        Demand(!blind.IsComplete && Array.Find(blind.Parts, one => one.Name == "service").Health == Health.Unknown, "nothing to ask");
        sandbox.Suffer("clock:-3600");
        var slow = Doctor.Look(sandbox.Service, terminal);
        Demand(!slow.IsHealthy && Array.Find(slow.Parts, one => one.Name == "clock").Health != Health.Good, "a clock an hour off: " + slow.Written);
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
        var matches = answer.Match(new[] { other, chart });
        Demand(matches.Length == 1 && (matches[0].Found == Found.One || matches[0].Found == Found.ReferenceNumber) && matches[0].Charts.Length == 1 && matches[0].Charts[0].Key == "4711\"", "one chart");
        var address = Array.Find(matches[0].Charts[0].Fields, one => one.Tag == Field.Address);
        Demand(address != null && address.Ours == "大阪府" && address.Theirs.StartsWith("東京都") && address.Outcome == "differs" && address.IsOpen && address.Weight.Length > 0 && address.Proposal != null, "another address");
        Demand(Array.Find(matches[0].Charts[0].Fields, one => one.Tag == Field.InsurerNumber).Outcome == "only-theirs", "no insurer");
        Demand(answer.Match(new[] { other })[0].Found == Found.None && answer.Match(new Chart[0])[0].Charts.Length == 0, "no chart");
        Demand(answer.Match(new[] { Same("1"), Same("2") })[0].Found == Found.Several, "two charts");
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
        Demand(consent.Reference == "0001" && consent.Care == Care.Visiting && consent.Kinds == both && consent.IsActive && consent.VisitDate.Length == 8, "registered");
        Demand(consent.EndsAt > consent.GivenAt && Math.Abs((consent.GivenAt - DateTime.UtcNow).TotalMinutes) < 10 && consent.GivenAt.Kind == DateTimeKind.Utc, "when: " + consent.GivenAt);
        Demand(desk.FindConsentAsync("0001").Result.Kinds == both, "found");
        var listed = desk.ListConsentsAsync(Care.Visiting).Result;
        Demand(listed.Length == 1 && listed[0].Reference == "0001" && desk.ListConsents(Care.Visiting, ConsentDate.Consent).Length == 1, "listed");
        Demand(desk.ListConsents(Care.Visiting, ConsentDate.Visit, "20200101", "20200102").Length == 0, "listed by day");
        Demand(desk.ChangeConsentAsync("0001", Consents.Medicines).Result.Kinds == Consents.Medicines, "changed");
        var number = desk.SubmitBulkAsync(Care.Visiting, limitApplication: true).Result;
        var state = BulkState.InProgress;
        for (var turn = 0; turn < 200 && state == BulkState.InProgress; turn++)
        {
            state = desk.PollBulkAsync(number).Result;
            Thread.Sleep(50);
        }
        Demand(state == BulkState.Finished, "finished");
        var names = new List<string>();
        var count = desk.DownloadBulkAsync(number, (reference, one) => names.Add(reference + " " + one.Text(Field.Name) + " " + one.Validity)).Result;
        Demand(count == 1 && names.Count == 1 && names[0] == "0001 医療　太郎 Valid", "downloaded: " + string.Join(", ", names.ToArray()));
        Throws<TimeZoneNotFoundException>(() => desk.DownloadBulk(number, (reference, one) => { throw new TimeZoneNotFoundException(); }), "what a download's function throws");
        Throws<ArgumentNullException>(() => desk.DownloadBulk(number, null), "no function");
        Throws<ArgumentNullException>(() => desk.RegisterConsent(null, "0001", Care.Visiting, both), "no answer");
        var ended = desk.CancelConsentAsync("0001", ConsentEnd.Patient).Result;
        Demand(ended.State == "cancelled" && !ended.IsActive, "cancelled");
        Throws<MynacardException>(() => desk.FindConsent("no \"such"), "a reference of nobody");
    }

    private static int Main(string[] arguments)
    {
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
        var trail = Path.Combine(arguments[0], "trail");
        Numbers();
        Words();
        Cards();
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
                Machine(sandbox, terminal, trail);
                var report = AuditTrail.VerifyAsync(terminal, trail, 1).Result;
                Demand(report.IsWhole && report.Files == 1 && report.Lines > 2 && report.Fingerprint.Length > 20 && report.Events.Length == 1 && report.Events[0].Contains("\"event\":"), "the trail: " + report.Written);
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
