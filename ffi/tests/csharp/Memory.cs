// What is left in the memory of a process after a check by PIN: no VERIFY command with its digits, and no passcode of a vault.
// Nothing of a virtual card's answer either. Prints "clean" when nothing is left and a transport that keeps the command is found out, then "done".
//
//   mono Memory.exe FOLDER                 FOLDER: empty, for the vault
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Mynacard;

/// <summary>The sandbox's virtual card, which may keep what it should not.</summary>
internal sealed class VirtualCard : ICardTransport, IDisposable
{
    private const string Name = "mynacard_sandbox";

    [StructLayout(LayoutKind.Sequential)]
    private struct Table
    {
        internal UIntPtr StructSize;
        internal IntPtr Userdata, Begin, Exchange, End, Destroy;
        internal UIntPtr MaxCommand, MaxResponse;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] private delegate int BeginFunction(IntPtr userdata);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] private delegate int ExchangeFunction(IntPtr userdata, byte[] command, UIntPtr size, int secret, byte[] response, UIntPtr capacity, ref UIntPtr responseSize);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] private delegate void EndFunction(IntPtr userdata, int how);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] private delegate void DestroyFunction(IntPtr userdata);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern int mynacard_sandbox_card(byte[] person, int extended, out Table table);

    private readonly Table table;
    private readonly BeginFunction begin;
    private readonly ExchangeFunction exchange;
    private readonly EndFunction end;
    private readonly DestroyFunction destroy;
    private readonly List<byte[]> kept;
    internal int Secrets;

    internal VirtualCard(List<byte[]> kept)
    {
        this.kept = kept;
        if (mynacard_sandbox_card(Encoding.ASCII.GetBytes("kyokai-self\0"), 1, out table) != 0) throw new IOException("no card");
        begin = (BeginFunction)Marshal.GetDelegateForFunctionPointer(table.Begin, typeof(BeginFunction));
        exchange = (ExchangeFunction)Marshal.GetDelegateForFunctionPointer(table.Exchange, typeof(ExchangeFunction));
        end = (EndFunction)Marshal.GetDelegateForFunctionPointer(table.End, typeof(EndFunction));
        destroy = (DestroyFunction)Marshal.GetDelegateForFunctionPointer(table.Destroy, typeof(DestroyFunction));
    }

    public void Begin() { if (begin(table.Userdata) != 0) throw new IOException("no card"); }

    public byte[] Exchange(byte[] command, bool secret)
    {
        if (secret) Secrets++;
        if (secret && kept != null) kept.Add((byte[])command.Clone());
        var buffer = new byte[65538];
        var size = UIntPtr.Zero;
        if (exchange(table.Userdata, command, new UIntPtr((uint)command.Length), secret ? 1 : 0, buffer, new UIntPtr((uint)buffer.Length), ref size) != 0) throw new IOException("no answer");
        Array.Resize(ref buffer, (int)size.ToUInt64());
        return buffer;
    }

    public void End(bool powerDown) { end(table.Userdata, powerDown ? 1 : 0); }
    public int MaxCommand { get { return (int)table.MaxCommand.ToUInt64(); } }
    public int MaxResponse { get { return (int)table.MaxResponse.ToUInt64(); } }
    public void Dispose() { destroy(table.Userdata); }
}

internal static class Program
{
    private const string Name = "mynacard_sandbox";
    private const byte Mask = 0x5A;

    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern IntPtr mynacard_sandbox_start();
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern IntPtr mynacard_sandbox_url(IntPtr sandbox);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern IntPtr mynacard_sandbox_root(IntPtr sandbox, out UIntPtr size);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern int mynacard_sandbox_issue_activation(IntPtr sandbox, byte[] activation);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern void mynacard_sandbox_stop(IntPtr sandbox);

    /// <summary>00 20 00 98 04 (the authentication PIN by its short name) and the digits, masked, so that this program does not hold what it looks for.</summary>
    private static readonly byte[] Verify = { 0x00 ^ Mask, 0x20 ^ Mask, 0x00 ^ Mask, 0x98 ^ Mask, 0x04 ^ Mask, 0x31 ^ Mask, 0x32 ^ Mask, 0x33 ^ Mask, 0x34 ^ Mask };
    /// <summary>Sixteen characters, masked too.</summary>
    private static readonly byte[] Passcode = new byte[16];

    /// <summary>How often a masked pattern stands in the writable memory of this process.</summary>
    private static int Count(byte[] masked, out long scanned)
    {
        const int Piece = 1 << 20;
        var buffer = new byte[Piece + 64];
        var found = 0;
        scanned = 0;
        using (var memory = new FileStream("/proc/self/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1))
            foreach (var line in File.ReadAllLines("/proc/self/maps"))
            {
                var parts = line.Split(' ');
                if (!parts[1].StartsWith("rw") || line.EndsWith("[vvar]")) continue;
                var ends = parts[0].Split('-');
                long from = (long)ulong.Parse(ends[0], NumberStyles.AllowHexSpecifier), to = (long)ulong.Parse(ends[1], NumberStyles.AllowHexSpecifier);
                for (; from < to; from += Piece)
                {
                    var size = (int)Math.Min(Piece + masked.Length - 1, to - from);
                    int read;
                    try
                    {
                        memory.Position = from;
                        read = memory.Read(buffer, 0, size);
                    }
                    catch (IOException) { break; } // gone since the list was made
                    scanned += read;
                    for (var at = 0; at + masked.Length <= read; at++)
                    {
                        if ((buffer[at] ^ Mask) != masked[0]) continue;
                        var same = 1;
                        while (same < masked.Length && (buffer[at + same] ^ Mask) == masked[same]) same++;
                        if (same == masked.Length) found++;
                    }
                    // What was read must not be found when the scan comes by here.
                    Array.Clear(buffer, 0, read);
                }
            }
        return found;
    }

    private static byte[] Unmasked(out GCHandle pinned)
    {
        var bytes = new byte[Passcode.Length];
        pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned); // the collector leaves copies of what it moves
        for (var one = 0; one < bytes.Length; one++) bytes[one] = (byte)(Passcode[one] ^ Mask);
        return bytes;
    }

    private static int Check(Service service, Terminal terminal, List<byte[]> kept)
    {
        var transport = new VirtualCard(kept);
        using (var card = Card.Behind(transport))
        using (var desk = new Desk(service, terminal))
        using (var check = desk.Prepare())
        using (var pin = new Pin())
        {
            for (var digit = '1'; digit <= '4'; digit++) pin.Push(digit);
            using (var answer = check.ByPin(card, pin)) if (answer.Validity != Validity.Valid) throw new Exception("no valid answer");
        }
        return transport.Secrets;
    }

    /// <summary>How often who gets the sandbox card's memory next could read the card's last answer in it.</summary>
    private static int Inherited()
    {
        var inherited = 0;
        using (var card = new Mynacard.Testing.VirtualCard())
        {
            card.Begin();
            for (var one = 0; one < 20; one++)
            {
                var answer = card.Exchange(new byte[] { 0x00, 0x84, 0x00, 0x00, 0x20 }, false); // GET CHALLENGE
                if (answer.Length != 34) throw new Exception("no challenge");
                // As large as the card's own: the system hands out what was freed just now.
                var next = Marshal.AllocHGlobal(65538);
                var found = new byte[answer.Length];
                Marshal.Copy(next, found, 0, found.Length);
                Marshal.FreeHGlobal(next);
                // The first bytes are the system's, which keeps its lists there.
                if (BitConverter.ToString(found, 16) == BitConverter.ToString(answer, 16)) inherited++;
            }
        }
        return inherited;
    }

    private static int Main(string[] arguments)
    {
        var random = new Random(20261121);
        for (var one = 0; one < Passcode.Length; one++) Passcode[one] = (byte)(('!' + random.Next(90)) ^ Mask);
        var sandbox = mynacard_sandbox_start();
        UIntPtr size;
        var pointer = mynacard_sandbox_root(sandbox, out size);
        var root = new byte[(int)size.ToUInt64()];
        Marshal.Copy(pointer, root, 0, root.Length);
        var service = new Service { Url = Marshal.PtrToStringAnsi(mynacard_sandbox_url(sandbox)), Root = root, Trust = Trust.Simulation, Direct = true };
        var activation = new byte[16 + 64 + 160];
        mynacard_sandbox_issue_activation(sandbox, activation);
        Func<int, string> field = at => Encoding.ASCII.GetString(activation, at, Array.IndexOf(activation, (byte)0, at) - at);

        if (Inherited() > 0) throw new Exception("an answer of the virtual card is left in freed memory");
        var path = Path.Combine(arguments[0], "memory.vault");
        GCHandle pinned;
        using (var terminal = Terminal.Activate(service, field(0), field(16), field(80), true)) terminal.Store(path, Unmasked(out pinned));
        pinned.Free();
        int left, kept;
        long scanned;
        using (var terminal = Terminal.Open(path, Unmasked(out pinned)))
        {
            pinned.Free();
            if (Check(service, terminal, null) == 0) throw new Exception("no secret command");
            left = Count(Verify, out scanned);
            var passcodes = Count(Passcode, out scanned);
            Console.WriteLine("{0} VERIFY commands and {1} passcodes in {2} MiB", left, passcodes, scanned >> 20);
            left += passcodes;
            var keeper = new List<byte[]>();
            Check(service, terminal, keeper);
            kept = Count(Verify, out scanned);
            var own = Unmasked(out pinned);
            var ownPasscodes = Count(Passcode, out scanned);
            Console.WriteLine("{0} VERIFY commands of a transport that keeps {1}, and {2} passcodes of a program that keeps one", kept, keeper.Count, ownPasscodes);
            GC.KeepAlive(keeper);
            GC.KeepAlive(own);
            if (ownPasscodes == 0) kept = 0;
        }
        mynacard_sandbox_stop(sandbox);
        if (scanned < 1 << 20 || left > 0 || kept == 0) return 1;
        Console.WriteLine("clean\ndone");
        return 0;
    }
}
