// A reception desk in C#: activates a terminal, checks a virtual card, reads a face file.
//
//   cargo xtask ffi                        the libraries, under target/debug/ffi
//   mcs -r:Mynacard.Net.dll Reception.cs
//   mono Reception.exe FOLDER [PORT]       PORT: also with the card in a virtual PC/SC reader (vpcd) there
using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Mynacard;

/// <summary>The sandbox library, as a program's own tests would import it.</summary>
internal static class Sandbox
{
    private const string Name = "mynacard_sandbox";

    [StructLayout(LayoutKind.Sequential)]
    internal struct Table
    {
        internal UIntPtr StructSize;
        internal IntPtr Userdata, Begin, Exchange, End, Destroy;
        internal UIntPtr MaxCommand, MaxResponse;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate int Begin(IntPtr userdata);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate int Exchange(IntPtr userdata, byte[] command, UIntPtr size, int secret, byte[] response, UIntPtr capacity, ref UIntPtr responseSize);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate void End(IntPtr userdata, int how);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate void Destroy(IntPtr userdata);

    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr mynacard_sandbox_start();
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr mynacard_sandbox_url(IntPtr sandbox);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr mynacard_sandbox_root(IntPtr sandbox, out UIntPtr size);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern int mynacard_sandbox_issue_activation(IntPtr sandbox, byte[] activation);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern int mynacard_sandbox_pin(byte[] person, byte[] pin, UIntPtr size);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern int mynacard_sandbox_card(byte[] person, int extended, out Table table);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr mynacard_sandbox_insert(byte[] person, ushort port);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern void mynacard_sandbox_remove(IntPtr inserted);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern void mynacard_sandbox_stop(IntPtr sandbox);
}

/// <summary>A card that this program drives itself; here it only passes on to the sandbox's virtual card.</summary>
internal sealed class VirtualCard : ICardTransport, IDisposable
{
    private readonly Sandbox.Table table;
    private readonly Sandbox.Begin begin;
    private readonly Sandbox.Exchange exchange;
    private readonly Sandbox.End end;
    private readonly Sandbox.Destroy destroy;
    internal int Exchanges;
    internal static int Disposed;

    internal VirtualCard(string person)
    {
        if (Sandbox.mynacard_sandbox_card(Program.Ascii(person), 1, out table) != 0) throw new ArgumentException("person");
        begin = (Sandbox.Begin)Marshal.GetDelegateForFunctionPointer(table.Begin, typeof(Sandbox.Begin));
        exchange = (Sandbox.Exchange)Marshal.GetDelegateForFunctionPointer(table.Exchange, typeof(Sandbox.Exchange));
        end = (Sandbox.End)Marshal.GetDelegateForFunctionPointer(table.End, typeof(Sandbox.End));
        destroy = (Sandbox.Destroy)Marshal.GetDelegateForFunctionPointer(table.Destroy, typeof(Sandbox.Destroy));
    }

    public void Begin() { if (begin(table.Userdata) != 0) throw new IOException("no card"); }

    public byte[] Exchange(byte[] command, bool secret)
    {
        Exchanges++;
        var buffer = new byte[65538];
        var size = UIntPtr.Zero;
        var result = exchange(table.Userdata, command, new UIntPtr((uint)command.Length), secret ? 1 : 0, buffer, new UIntPtr((uint)buffer.Length), ref size);
        if (result != 0) throw new IOException("the card did not answer");
        var answer = new byte[(int)size.ToUInt64()];
        Array.Copy(buffer, answer, answer.Length);
        return answer;
    }

    public void End(bool powerDown) { end(table.Userdata, powerDown ? 1 : 0); }
    public int MaxCommand { get { return (int)table.MaxCommand.ToUInt64(); } }
    public int MaxResponse { get { return (int)table.MaxResponse.ToUInt64(); } }
    public void Dispose() { Disposed++; destroy(table.Userdata); }
}

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
    internal static byte[] Ascii(string text) { return Encoding.ASCII.GetBytes(text + "\0"); }

    private static string Field(byte[] bytes, int offset)
    {
        return Encoding.ASCII.GetString(bytes, offset, Array.IndexOf(bytes, (byte)0, offset) - offset);
    }

    private static Pin PersonsPin()
    {
        var text = new byte[9];
        if (Sandbox.mynacard_sandbox_pin(Ascii("kyokai-self"), text, new UIntPtr((uint)text.Length)) != 0) throw new IOException("no PIN");
        var pin = new Pin();
        for (var i = 0; text[i] != 0; i++) pin.Push((char)text[i]);
        Array.Clear(text, 0, text.Length);
        return pin;
    }

    private static void Print(Answer answer)
    {
        Console.WriteLine("validity {0}, {1} insurance(s)", answer.Validity, answer.Count);
        Console.WriteLine("  Name: " + answer.Text("Name"));
        Console.WriteLine("  InsurerNumber: " + answer.Text("InsurerNumber"));
        Console.WriteLine("  " + answer.CheckJson());
    }

    private static void Demand(bool condition, string what)
    {
        if (!condition) throw new Exception("expected: " + what);
    }

    private static void Reception(string folderPath, ushort port)
    {
        var sandbox = Sandbox.mynacard_sandbox_start();
        var activation = new byte[16 + 64 + 160];
        if (sandbox == IntPtr.Zero || Sandbox.mynacard_sandbox_issue_activation(sandbox, activation) != 0) throw new IOException("no sandbox");
        UIntPtr rootSize;
        var rootPointer = Sandbox.mynacard_sandbox_root(sandbox, out rootSize);
        var root = new byte[(int)rootSize.ToUInt64()];
        Marshal.Copy(rootPointer, root, 0, root.Length);
        var service = new Service { Url = Marshal.PtrToStringAnsi(Sandbox.mynacard_sandbox_url(sandbox)), Root = root, Trust = Trust.Simulation, Direct = true };

        var steps = 0;
        using (var terminal = Terminal.Activate(service, Field(activation, 0), Field(activation, 16), Field(activation, 80), true))
        using (var desk = new Desk(service, terminal, new DeskOptions { VisualCheck = true }, step => steps++))
        {
            Console.WriteLine(terminal.Json());
            using (var card = Card.Behind(new VirtualCard("kyokai-self")))
            {
                Console.WriteLine("by callback, by PIN ({0} tries left)", card.TriesLeft());
                using (var check = desk.Prepare())
                using (var pin = PersonsPin())
                using (var answer = check.ByPin(card, pin))
                {
                    Print(answer);
                    Demand(pin.Length == 0, "the PIN is gone after the check");
                    using (var folder = new FaceFolder(folderPath))
                    {
                        File.WriteAllBytes(Path.Combine(folderPath, "OQSsiquc01res_face_C3_20261120103000.xml"), answer.Write(Format.XmlShiftJis));
                        using (var face = folder.Next(TimeSpan.FromSeconds(20))) Console.WriteLine("face file: " + face.Text("Name"));
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
            Demand(VirtualCard.Disposed == 1, "destroy was called once");

            using (var card = Card.Behind(new BrokenCard()))
            {
                try { card.TriesLeft(); throw new InvalidOperationException("expected: a failure"); }
                catch (IOException broken) { Console.WriteLine("{0}: {1}", MynacardException.Behind(broken).Code, broken.Message); }
            }

            if (port != 0)
            {
                var inserted = Sandbox.mynacard_sandbox_insert(Ascii("kyokai-self"), port);
                Console.WriteLine("by PC/SC, by PIN");
                using (var card = Card.Wait(timeout: TimeSpan.FromSeconds(20)))
                using (var check = desk.Prepare())
                using (var pin = PersonsPin())
                using (var answer = check.ByPinAsync(card, pin).Result) Print(answer);

                // This reader carries extended lengths, though its driver does not say so.
                Console.WriteLine("by extended lengths");
                var extended = new CardOptions { Lengths = Lengths.Extended };
                using (var card = Card.Wait(timeout: TimeSpan.FromSeconds(20), options: extended))
                using (var check = desk.Prepare())
                using (var pin = PersonsPin())
                using (var answer = check.ByPin(card, pin)) Print(answer);
                Sandbox.mynacard_sandbox_remove(inserted);
            }
        }
        Sandbox.mynacard_sandbox_stop(sandbox);
    }

    private static int Main(string[] arguments)
    {
        if (arguments.Length < 1) { Console.Error.WriteLine("usage: Reception FOLDER [PORT]"); return 1; }
        Console.OutputEncoding = new UTF8Encoding(false);
        try
        {
            Library.CheckVersion();
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
