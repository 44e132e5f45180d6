// What calls of the wrapper owe to a program whose own functions throw, whose threads collide, and whose arguments are wrong: each
// exception comes out of the call that it belongs to, and of no other; nothing stays rooted; screens are told on their own thread.
// Prints "done" when all is as promised.
//
//   mono Callers.exe FOLDER                FOLDER: empty, for vaults and exchange folders
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Formatters.Binary;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Mynacard;
using Mynacard.Testing;

/// <summary>Whatever a program throws; the library knows nothing of it.</summary>
[Serializable]
internal sealed class Mine : Exception
{
    internal Mine(string message) : base(message) { }
    private Mine(SerializationInfo info, StreamingContext context) : base(info, context) { }
}

/// <summary>One whose data nobody may write to.</summary>
internal sealed class Sealed : Exception
{
    public override System.Collections.IDictionary Data { get { throw new NotSupportedException(); } }
}

/// <summary>A transport with lengths that are none.</summary>
internal sealed class Odd : ICardTransport
{
    private readonly Func<int> length;
    internal Odd(Func<int> length) { this.length = length; }
    public void Begin() { throw new Mine("no card"); }
    public byte[] Exchange(byte[] command, bool secret) { throw new Mine("no card"); }
    public void End(bool powerDown) { }
    public int MaxCommand { get { return length(); } }
    public int MaxResponse { get { return 0; } }
}

/// <summary>A screen: what is posted runs when somebody looks.</summary>
internal sealed class Screen : SynchronizationContext
{
    internal readonly List<KeyValuePair<SendOrPostCallback, object>> Posted = new List<KeyValuePair<SendOrPostCallback, object>>();
    internal int Sent;
    public override void Post(SendOrPostCallback call, object state) { lock (Posted) Posted.Add(new KeyValuePair<SendOrPostCallback, object>(call, state)); }
    public override void Send(SendOrPostCallback call, object state) { Sent++; }
}

internal static class Program
{
    private const string Person = "kyokai-self";
    private static readonly List<string> Faults = new List<string>();
    private static string folder;
    private static Sandbox sandbox;
    private static Service service;
    private static Terminal terminal;

    private static void Demand(bool condition, string what) { if (!condition) Faults.Add(what); }

    private static T Throws<T>(Action call, string what) where T : Exception
    {
        try { call(); }
        catch (T expected) { return expected; }
        catch (Exception other) { Faults.Add(what + ": " + other.GetType().Name + " " + other.Message); return null; }
        Faults.Add(what + ": " + typeof(T).Name + ", but it worked");
        return null;
    }

    /// <summary>How many functions of this program the library holds.</summary>
    private static int Rooted
    {
        get { return (int)typeof(Desk).Assembly.GetType("Mynacard.Rooted", true).GetProperty("Count", BindingFlags.Static | BindingFlags.NonPublic).GetValue(null, null); }
    }

    private static Answer Checked(Desk desk, Card card)
    {
        using (var check = desk.Prepare(Purpose.Visiting, consents: Consents.Medicines))
        using (var pin = Sandbox.Pin(Person)) return check.ByPin(card, pin);
    }

    /// <summary>An audit that throws when an answer leaves the screen: nobody waits for that, and no later call is blamed for it.</summary>
    private static void Dropped()
    {
        var thrown = 0;
        var options = new DeskOptions
        {
            Audit = json =>
            {
                if (!json.Contains("\"dropped\"")) return;
                thrown++;
                throw new Mine("dropped");
            }
        };
        using (var desk = new Desk(service, terminal, options))
        using (var card = Card.Behind(new VirtualCard(Person)))
        {
            using (var answer = Checked(desk, card)) desk.Home("{\"do\":\"register\",\"reference\":\"0001\",\"care\":\"visiting\",\"kinds\":[\"medicines\"]}", answer);
            Demand(thrown == 1, "the audit was told that the answer was dropped");
            var number = Json.Parse(desk.Home("{\"do\":\"submit\",\"care\":\"visiting\",\"by\":\"visit-date\"}"))["reception_number"].Text;
            for (var turn = 0; turn < 200 && desk.Home("{\"do\":\"poll\",\"reception_number\":" + Json.Quote(number) + "}").Contains("in-progress"); turn++) Thread.Sleep(100);
            Checked(desk, card).Dispose();
            var patients = 0;
            desk.Download(number, one => patients++);
            Demand(patients == 1, "a download after it is its own");
            Checked(desk, card).Dispose();
            sandbox.Suffer("maintenance");
            Throws<MynacardException>(() => desk.Prepare().Dispose(), "a failure after it is its own");
            sandbox.Suffer("none");
            Demand(thrown == 3, "three answers were dropped: " + thrown);
            Throws<Mine>(() => desk.Download(number, one => { throw new Mine("enough"); }), "a download's own function");
            desk.Download(number, one => { });
        }
    }

    /// <summary>While one call waits with a transport that has thrown, another is turned away: the exception is the first one's.</summary>
    private static void Busy()
    {
        using (var reached = new ManualResetEvent(false))
        using (var gate = new ManualResetEvent(false))
        {
            var transport = new VirtualCard(Person);
            using (var card = Card.Behind(transport))
            {
                // A card that threw is asked no more, so the first call is held by what it tells its own screen afterwards: the end.
                var ends = new Ending(transport, () => { reached.Set(); gate.WaitOne(30000); });
                using (var held = Card.Behind(ends))
                {
                    transport.BeforeCommand = secret => { throw new Mine("the first one's"); };
                    var first = Task.Run(() => held.TriesLeft());
                    Demand(reached.WaitOne(30000), "the first call is at its end");
                    for (var turn = 0; turn < 3; turn++)
                    {
                        var turned = Throws<MynacardException>(() => held.TriesLeft(), "a second call");
                        Demand(turned == null || turned.Status == Status.Busy, "the second call is told that the card is busy");
                    }
                    gate.Set();
                    var mine = Throws<Mine>(() => first.GetAwaiter().GetResult(), "the first call");
                    Demand(mine == null || mine.Message == "the first one's" && MynacardException.Behind(mine).Code.StartsWith("MC-"), "what the first call throws");
                }
            }
        }
    }

    private sealed class Ending : ICardTransport
    {
        private readonly ICardTransport card;
        private readonly Action atEnd;
        internal Ending(ICardTransport card, Action atEnd) { this.card = card; this.atEnd = atEnd; }
        public void Begin() { card.Begin(); }
        public byte[] Exchange(byte[] command, bool secret) { return card.Exchange(command, secret); }
        public void End(bool powerDown) { card.End(powerDown); atEnd(); }
        public int MaxCommand { get { return card.MaxCommand; } }
        public int MaxResponse { get { return card.MaxResponse; } }
    }

    /// <summary>What fails before the library has anything leaves nothing behind.</summary>
    private static void Unrooted()
    {
        var before = Rooted;
        Throws<ArgumentOutOfRangeException>(() => Card.Behind(new Odd(() => -1)), "a length below zero");
        Throws<Mine>(() => Card.Behind(new Odd(() => { throw new Mine("length"); })), "a length that throws");
        var options = new DeskOptions { Audit = json => { }, Pinless = new Nobody() };
        foreach (var time in new[] { TimeSpan.FromSeconds(-1), TimeSpan.Zero, TimeSpan.FromDays(100) })
        {
            var odd = new Service { Url = service.Url, Root = service.Root, Trust = Trust.Simulation, Timeout = time, Carrier = new Nowhere() };
            Throws<ArgumentOutOfRangeException>(() => new Desk(odd, terminal, options, step => { }), "a time of " + time);
            Throws<ArgumentOutOfRangeException>(() => Terminal.Activate(odd, "1312345679", "id", "code", true), "a time of " + time);
        }
        Throws<MynacardException>(() => new Desk(new Service(), terminal, options, step => { }), "no address");
        Throws<MynacardException>(() => Log.Set((level, line) => { }, 9), "no such level");
        Demand(Rooted == before, "rooted: " + before + ", then " + Rooted);
        using (new Desk(service, terminal, options, step => { })) Demand(Rooted == before + 3, "a desk roots three functions: " + (Rooted - before));
        Demand(Rooted == before, "and lets them go");
        Throws<ArgumentNullException>(() => Terminal.Activate(null, "", "", "", true), "no service");
        Throws<ArgumentOutOfRangeException>(() => Card.Wait(options: new CardOptions { KeypadTimeout = TimeSpan.FromSeconds(-1) }), "a keypad's time");
    }

    private sealed class Nobody : IPinlessProvider { public byte[] Next(PinlessTurn turn) { return null; } }
    private sealed class Nowhere : ICarrier { public Carried Carry(CarryRequest request) { return Carried.NotSent; } }

    /// <summary>An exception crosses domains, and keeps what it knows; behind another one too, whatever that one allows.</summary>
    private static void Crossed()
    {
        var transport = new VirtualCard(Person);
        using (var card = Card.Behind(transport))
        using (var pin = new Pin(Encoding.ASCII.GetBytes("9999")))
        {
            var told = Throws<MynacardException>(() => card.AttributesJson(pin), "a wrong PIN");
            var again = Copied(told);
            Demand(again.Status == Status.WrongPin && again.Code == told.Code && again.Turn == told.Turn && again.TriesLeft == 2 && again.StatusWord == told.StatusWord, "numbers and code cross");
            Demand(again.Staff == told.Staff && again.Next == told.Next && again.Patient == told.Patient && again.Detail == told.Detail && again.Message == told.Message && told.Detail.Length > 0, "sentences cross");
            transport.BeforeCommand = secret => { throw new Mine("mine"); };
            var mine = Copied(Throws<Mine>(() => card.TriesLeft(), "a transport that throws"));
            Demand(MynacardException.Behind(mine) != null && MynacardException.Behind(mine).TriesLeft == null && MynacardException.Behind(mine).Code.StartsWith("MC-"), "the library's view crosses with it");
            transport.BeforeCommand = secret => { throw new Sealed(); };
            Demand(MynacardException.Behind(Throws<Sealed>(() => card.TriesLeft(), "one with closed data")) != null, "the library's view of one with closed data");
            Demand(MynacardException.Behind(null) == null && MynacardException.Behind(new Exception()) == null && MynacardException.Behind(new Sealed()) == null, "no view of others");
        }
    }

    private static T Copied<T>(T exception) where T : Exception
    {
        using (var written = new MemoryStream())
        {
            var formatter = new BinaryFormatter();
            formatter.Serialize(written, exception);
            written.Position = 0;
            return (T)formatter.Deserialize(written);
        }
    }

    /// <summary>A connection of the program's own sees that nobody waits for it any more.</summary>
    private static void Stopped()
    {
        var line = new Waiting(sandbox.ServiceWithoutLine().Carrier);
        var own = new Service { Trust = Trust.Simulation, Carrier = line };
        var issued = sandbox.Issue();
        using (var cancel = new Cancel())
        using (var carried = Terminal.Activate(own, issued.InstitutionCode, issued.Id, issued.ActivationCode, true))
        using (var desk = new Desk(own, carried))
        {
            line.OnWait = cancel.Stop;
            var stopped = Throws<MynacardException>(() => desk.Prepare(cancel: cancel).Dispose(), "a call that was stopped");
            Demand(stopped == null || stopped.Status == Status.Cancelled, "stopped");
            Demand(line.SawBefore == false && line.SawAfter == true, "the connection sees it: " + line.SawBefore + " " + line.SawAfter);
            line.OnWait = null;
            desk.Prepare().Dispose();
        }
    }

    private sealed class Waiting : ICarrier
    {
        private readonly ICarrier line;
        internal Action OnWait;
        internal bool? SawBefore, SawAfter;
        internal Waiting(ICarrier line) { this.line = line; }

        public Carried Carry(CarryRequest request)
        {
            if (OnWait == null) return line.Carry(request);
            SawBefore = request.IsStopped;
            OnWait();
            for (var turn = 0; turn < 100 && !request.IsStopped; turn++) Thread.Sleep(20);
            SawAfter = request.IsStopped;
            return null;
        }
    }

    /// <summary>Steps are posted to the screen that opened the desk, however it was opened.</summary>
    private static void Screens()
    {
        var screen = new Screen();
        var steps = new List<Step>();
        SynchronizationContext.SetSynchronizationContext(screen);
        Task<Desk> opening;
        try { opening = Desk.OpenAsync(service, terminal, null, step => { steps.Add(step); throw new Mine("a screen"); }); }
        finally { SynchronizationContext.SetSynchronizationContext(null); }
        using (var desk = opening.Result)
        using (var card = Card.Behind(new VirtualCard(Person)))
        {
            Checked(desk, card).Dispose();
            Demand(steps.Count == 0 && screen.Posted.Count > 3 && screen.Sent == 0, "steps are posted: " + steps.Count + " " + screen.Posted.Count);
            foreach (var posted in screen.Posted) Throws<Mine>(() => posted.Key(posted.Value), "what a screen throws is the screen's");
            Demand(steps.Contains(Step.Done), "the last step");
        }
    }

    private static void Tokens()
    {
        using (var source = new CancellationTokenSource())
        using (var cancel = Cancel.From(source.Token))
        {
            var transport = new VirtualCard(Person);
            using (var card = Card.Behind(transport))
            using (var other = new Cancel())
            {
                Demand(!cancel.IsStopped && card.TriesLeft(cancel) == 3, "not stopped");
                transport.BeforeCommand = secret => source.Cancel();
                var stopped = Throws<MynacardException>(() => card.StatusJson(cancel), "a token stops the call");
                Demand(stopped == null || stopped.Status == Status.Cancelled, "stopped");
                transport.BeforeCommand = null;
                Demand(cancel.IsStopped && !other.IsStopped && card.TriesLeft(other) == 3, "and no other");
            }
        }
        using (var source = new CancellationTokenSource())
        {
            Cancel.From(source.Token).Dispose();
            source.Cancel(); // Nobody is there any more.
            using (var late = Cancel.From(source.Token)) Demand(late.IsStopped, "a token that was used already");
        }
        using (var never = Cancel.From(CancellationToken.None)) Demand(!never.IsStopped, "no token");
    }

    /// <summary>Every twin does what its brother does.</summary>
    private static void Twins()
    {
        var issued = sandbox.Issue();
        var path = Path.Combine(folder, "twin.vault");
        using (var twin = Terminal.ActivateAsync(service, issued.InstitutionCode, issued.Id, issued.ActivationCode, true).Result)
        {
            twin.StoreAsync(path, Encoding.UTF8.GetBytes("passcode-1")).Wait();
            Demand(twin.SwitchVisualCheckAsync(true, Path.Combine(folder, "twin")).Result.VisualCheckAllowed, "switched");
            Demand(AuditTrail.JsonAsync(twin, Path.Combine(folder, "twin")).Result.Contains("\"whole\":true"), "the trail");
        }
        using (var twin = Terminal.OpenAsync(path, Encoding.UTF8.GetBytes("passcode-1")).Result) Demand(twin.Details().InstitutionCode == issued.InstitutionCode, "opened");
        try { Demand(Card.ReadersJsonAsync().Result.StartsWith("["), "readers"); }
        catch (AggregateException none) { Demand(none.InnerException is MynacardException, "no readers: " + none.InnerException); }
        string req = Path.Combine(folder, "req"), res = Path.Combine(folder, "res"), face = Path.Combine(folder, "face");
        foreach (var one in new[] { req, res, face }) Directory.CreateDirectory(one);
        using (var exchange = Exchange.OpenAsync(new ExchangeFolders { Requests = req, Answers = res, Journal = Path.Combine(folder, "journal") }).Result)
        {
            const string ask = "{\"institution\":\"1312345679\",\"insurer\":\"06130488\",\"number\":\"12345\",\"birth\":\"19800217\",\"day\":\"20261121\"}";
            var name = exchange.SubmitAsync(ask).Result;
            Demand(File.Exists(Path.Combine(req, name)), "asked");
            exchange.GiveUpAsync(name).Wait();
            Throws<AggregateException>(() => exchange.FinishAsync("no-request").Wait(), "no request");
        }
        using (var faces = FaceFolder.OpenAsync(face).Result) Throws<MynacardException>(() => faces.Next(TimeSpan.Zero), "no face");
    }

    private static int Main(string[] arguments)
    {
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
        folder = arguments[0];
        using (sandbox = new Sandbox())
        {
            service = sandbox.Service;
            using (terminal = sandbox.Activate())
            {
                Unrooted();
                Dropped();
                Busy();
                Crossed();
                Stopped();
                Screens();
                Tokens();
                Twins();
            }
        }
        foreach (var fault in Faults) Console.Error.WriteLine("expected: " + fault);
        if (Faults.Count > 0) return 1;
        Console.WriteLine("done");
        return 0;
    }
}
