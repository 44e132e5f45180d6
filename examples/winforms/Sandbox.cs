// The sandbox library, so that the desk can be tried without reader, line or real card. A desk in use needs nothing of it.
using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Mynacard;

namespace ReceptionDesk
{
    /// <summary>Where cards come from, and which service is asked.</summary>
    internal abstract class Place : IDisposable
    {
        internal abstract Service Service { get; }
        /// <summary>Waits for a card; runs on a thread of the pool.</summary>
        internal abstract Card WaitForCard(Cancel cancel);
        /// <summary>Whose signature a portrait must bear, JSON; null where nobody published a key.</summary>
        internal virtual string Authorities { get { return null; } }
        public virtual void Dispose() { }
    }

    /// <summary>A reader of this machine and a real service.</summary>
    internal sealed class ReaderPlace : Place
    {
        private readonly Service service;
        private readonly string reader, authorities;

        internal ReaderPlace(Service service, string reader, string authorities)
        {
            this.service = service;
            this.reader = reader;
            this.authorities = authorities;
        }

        internal override Service Service { get { return service; } }
        internal override string Authorities { get { return authorities; } }
        internal override Card WaitForCard(Cancel cancel) { return Card.Wait(reader, null, cancel); }
    }

    /// <summary>The sandbox: a service in this process, and cards that a button lays down.</summary>
    internal sealed class SandboxPlace : Place
    {
        private const string Name = "mynacard_sandbox";
        private readonly Service service;
        private readonly object gate = new object();
        private IntPtr sandbox;
        private Laid laid;

        [StructLayout(LayoutKind.Sequential)]
        internal struct Table
        {
            internal UIntPtr StructSize;
            internal IntPtr Userdata, Begin, Exchange, End, Destroy;
            internal UIntPtr MaxCommand, MaxResponse;
        }

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate int BeginFunction(IntPtr userdata);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate int ExchangeFunction(IntPtr userdata, byte[] command, UIntPtr size, int secret, byte[] response, UIntPtr capacity, ref UIntPtr responseSize);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate void EndFunction(IntPtr userdata, int how);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate void DestroyFunction(IntPtr userdata);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern IntPtr mynacard_sandbox_start();
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern IntPtr mynacard_sandbox_url(IntPtr sandbox);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern IntPtr mynacard_sandbox_root(IntPtr sandbox, out UIntPtr size);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern int mynacard_sandbox_issue_activation(IntPtr sandbox, byte[] activation);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern int mynacard_sandbox_lose_answers(IntPtr sandbox, int lose);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern int mynacard_sandbox_card(byte[] person, int extended, out Table table);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern IntPtr mynacard_sandbox_authorities();
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern int mynacard_sandbox_number_b(byte[] person, byte[] digits, UIntPtr size);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] private static extern void mynacard_sandbox_stop(IntPtr sandbox);

        internal SandboxPlace()
        {
            sandbox = mynacard_sandbox_start();
            if (sandbox == IntPtr.Zero) throw new IOException("the sandbox does not start");
            UIntPtr size;
            var pointer = mynacard_sandbox_root(sandbox, out size);
            var root = new byte[(int)size.ToUInt64()];
            Marshal.Copy(pointer, root, 0, root.Length);
            service = new Service { Url = Marshal.PtrToStringAnsi(mynacard_sandbox_url(sandbox)), Root = root, Trust = Trust.Simulation, Direct = true };
        }

        internal override Service Service { get { return service; } }
        internal override string Authorities { get { return Marshal.PtrToStringAnsi(mynacard_sandbox_authorities()); } }

        /// <summary>Institution code, ID and activation code as a portal would hand them out.</summary>
        internal string[] Activation()
        {
            var bytes = new byte[16 + 64 + 160];
            if (mynacard_sandbox_issue_activation(sandbox, bytes) != 0) throw new IOException("no activation");
            Func<int, string> field = at => Encoding.ASCII.GetString(bytes, at, Array.IndexOf(bytes, (byte)0, at) - at);
            return new[] { field(0), field(16), field(80) };
        }

        internal void LoseAnswers(bool lose) { mynacard_sandbox_lose_answers(sandbox, lose ? 1 : 0); }

        /// <summary>What is printed on a person's card, sixteen digits.</summary>
        internal static string Printed(string person)
        {
            var digits = new byte[17];
            return mynacard_sandbox_number_b(Ascii(person), digits, new UIntPtr((uint)digits.Length)) == 0 ? Encoding.ASCII.GetString(digits, 0, 16) : "";
        }

        private static byte[] Ascii(string text) { return Encoding.ASCII.GetBytes(text + "\0"); }

        /// <summary>Lays a person's card down; null takes away what lies there.</summary>
        internal void Lay(string person)
        {
            Laid former, next = person == null ? null : new Laid(person);
            lock (gate) { former = laid; laid = next; }
            if (former != null) former.Take();
        }

        internal bool IsLaid { get { lock (gate) return laid != null; } }

        /// <summary>Called before every command, on the library's thread; a test slows the card down with it.</summary>
        internal static volatile Action BeforeCommand = null;

        internal override Card WaitForCard(Cancel cancel)
        {
            for (;;)
            {
                Laid here;
                lock (gate) here = laid;
                if (here != null) return Card.Behind(here);
                if (cancel.IsStopped) throw new OperationCanceledException();
                Thread.Sleep(30);
            }
        }

        public override void Dispose()
        {
            Lay(null);
            mynacard_sandbox_stop(sandbox);
            sandbox = IntPtr.Zero;
        }

        /// <summary>A card that stays what it is, tries included, while it lies there.</summary>
        private sealed class Laid : ICardTransport
        {
            private readonly Table table;
            private readonly BeginFunction begin;
            private readonly ExchangeFunction exchange;
            private readonly EndFunction end;
            private readonly DestroyFunction destroy;
            private bool taken;

            internal Laid(string person)
            {
                if (mynacard_sandbox_card(Ascii(person), 1, out table) != 0) throw new ArgumentException("nobody has this card", "person");
                begin = (BeginFunction)Marshal.GetDelegateForFunctionPointer(table.Begin, typeof(BeginFunction));
                exchange = (ExchangeFunction)Marshal.GetDelegateForFunctionPointer(table.Exchange, typeof(ExchangeFunction));
                end = (EndFunction)Marshal.GetDelegateForFunctionPointer(table.End, typeof(EndFunction));
                destroy = (DestroyFunction)Marshal.GetDelegateForFunctionPointer(table.Destroy, typeof(DestroyFunction));
            }

            public void Begin() { lock (this) if (taken || begin(table.Userdata) != 0) throw new IOException("no card"); }

            public byte[] Exchange(byte[] command, bool secret)
            {
                var before = BeforeCommand;
                if (before != null) before();
                var buffer = new byte[65538];
                var size = UIntPtr.Zero;
                lock (this)
                    if (taken || exchange(table.Userdata, command, new UIntPtr((uint)command.Length), secret ? 1 : 0, buffer, new UIntPtr((uint)buffer.Length), ref size) != 0)
                        throw new IOException("the card did not answer");
                var answer = new byte[(int)size.ToUInt64()];
                Array.Copy(buffer, answer, answer.Length);
                Array.Clear(buffer, 0, answer.Length);
                return answer;
            }

            public void End(bool powerDown) { lock (this) if (!taken) end(table.Userdata, powerDown ? 1 : 0); }
            public int MaxCommand { get { return (int)table.MaxCommand.ToUInt64(); } }
            public int MaxResponse { get { return (int)table.MaxResponse.ToUInt64(); } }

            internal void Take()
            {
                lock (this)
                {
                    if (taken) return;
                    taken = true;
                    destroy(table.Userdata);
                }
            }
        }
    }
}
