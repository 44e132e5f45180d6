// A reception desk in C#: activates a terminal, checks a virtual card, reads a face file.
//
//   cargo xtask ffi                        the libraries, under target/debug/ffi
//   mcs -r:Mynacard.Net.dll -r:Mynacard.Sandbox.dll Reception.cs
//   mono Reception.exe FOLDER [PORT]       PORT: also with the card in a virtual PC/SC reader (vpcd) there
using System;
using System.IO;
using System.Text;
using Mynacard;
using Mynacard.Testing;

/// <summary>A card whose reader breaks: the exception comes out of the check.</summary>
internal sealed class BrokenCard : ICardTransport
{
    public void Begin() { throw new IOException("the reader's cable is loose"); }
    public byte[] Exchange(byte[] command, bool secret) { throw new InvalidOperationException(); }
    public void End(bool powerDown) { }
    public int MaxCommand { get { return 0; } }
    public int MaxResponse { get { return 0; } }
}

internal static class Program
{
    /// <summary>One of the sandbox's people.</summary>
    private const string Person = "kyokai-self";

    private static void Print(Answer answer)
    {
        Console.WriteLine("validity {0}, {1} insurance(s)", answer.Validity, answer.Count);
        Console.WriteLine("  Name: " + answer.Text(Field.Name));
        Console.WriteLine("  InsurerNumber: " + answer.Text(Field.InsurerNumber));
        Console.WriteLine("  " + answer.CheckJson());
    }

    private static void Demand(bool condition, string what)
    {
        if (!condition) throw new Exception("expected: " + what);
    }

    private static void Reception(string folderPath, ushort port)
    {
        var steps = 0;
        var transport = new VirtualCard(Person);
        using (var sandbox = new Sandbox())
        using (var terminal = sandbox.Activate())
        using (var desk = new Desk(sandbox.Service, terminal, new DeskOptions { VisualCheck = true }, step => steps++))
        {
            Console.WriteLine(terminal.Json());
            using (var card = Card.Behind(transport))
            {
                Console.WriteLine("by callback, by PIN ({0} tries left)", card.TriesLeft());
                using (var check = desk.Prepare())
                using (var pin = Sandbox.Pin(Person))
                using (var answer = check.ByPin(card, pin))
                {
                    Print(answer);
                    Demand(pin.Length == 0, "the PIN is gone after the check");
                    using (var folder = new FaceFolder(folderPath))
                    {
                        File.WriteAllBytes(Path.Combine(folderPath, "OQSsiquc01res_face_C3_20261120103000.xml"), answer.Write(Format.XmlShiftJis));
                        using (var face = folder.Next(TimeSpan.FromSeconds(20))) Console.WriteLine("face file: " + face.Text(Field.Name));
                    }
                }
                Console.WriteLine("{0} steps", steps);

                foreach (var wrong in "\u5931\uFF11x/:") // the low byte of U+5931 is a digit
                {
                    using (var pin = new Pin())
                    {
                        try { pin.Push(wrong); Demand(false, "no digit"); }
                        catch (ArgumentOutOfRangeException) { Demand(pin.Length == 0, "nothing was added"); }
                    }
                }

                using (var check = desk.Prepare())
                using (var pin = new Pin(Encoding.ASCII.GetBytes("9999")))
                {
                    try { check.ByPin(card, pin).Dispose(); Demand(false, "a refusal"); }
                    catch (MynacardException refusal) { Console.WriteLine("{0} {1} ({2}, {3} left)", refusal.Code, refusal.Message, refusal.Status, refusal.TriesLeft); }
                }

                Console.WriteLine("by callback, by sight");
                using (var check = desk.Prepare(method: Method.Visual))
                {
                    check.Tap(card);
                    check.Confirm("staff-07"); // staff have compared photo and person
                    using (var answer = check.BySight(card)) Print(answer);
                }
            }
            Demand(transport.IsGone, "the transport went with its card");

            using (var card = Card.Behind(new BrokenCard()))
            {
                try { card.TriesLeft(); throw new InvalidOperationException("expected: a failure"); }
                catch (IOException broken) { Console.WriteLine("{0}: {1}", MynacardException.Behind(broken).Code, broken.Message); }
            }

            if (port != 0)
            {
                Console.WriteLine("by PC/SC, by PIN");
                using (Sandbox.Insert(Person, port))
                {
                    using (var card = Card.Wait(timeout: TimeSpan.FromSeconds(20)))
                    using (var check = desk.Prepare())
                    using (var pin = Sandbox.Pin(Person))
                    using (var answer = check.ByPinAsync(card, pin).Result) Print(answer);

                    // This reader carries extended lengths, though its driver does not say so.
                    Console.WriteLine("by extended lengths");
                    var extended = new CardOptions { Lengths = Lengths.Extended };
                    using (var card = Card.Wait(timeout: TimeSpan.FromSeconds(20), options: extended))
                    using (var check = desk.Prepare())
                    using (var pin = Sandbox.Pin(Person))
                    using (var answer = check.ByPin(card, pin)) Print(answer);
                }
            }
        }
    }

    private static int Main(string[] arguments)
    {
        if (arguments.Length < 1) { Console.Error.WriteLine("usage: Reception FOLDER [PORT]"); return 1; }
        try { Console.OutputEncoding = new UTF8Encoding(false); }
        catch (IOException) { Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true }); } // no console
        try
        {
            Library.CheckVersion(); // or the first call says it
            Reception(arguments[0], arguments.Length > 1 ? ushort.Parse(arguments[1]) : (ushort)0);
            try { Library.PanicOnPurpose(); Demand(false, "a panic"); }
            catch (MynacardException panic) { Console.WriteLine("{0} {1}", panic.Status, panic.Code); }
            Console.WriteLine("done");
            return 0;
        }
        catch (MynacardException error)
        {
            Console.Error.WriteLine("{0} {1} {2} [{3}]", error.Code, error.Message, error.Next, error.Detail);
            return 1;
        }
    }
}
