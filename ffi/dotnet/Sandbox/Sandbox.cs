using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace Mynacard.Testing
{
    /// <summary>A stand-in for the eligibility service in this process. Nothing of it is a real service, and every answer says so.</summary>
    public sealed class Sandbox : IDisposable
    {
        private readonly List<Line> lines = new List<Line>();
        private readonly object gate = new object();
        private IntPtr native;

        /// <summary>Starts it on a free port of this machine.</summary>
        public Sandbox()
        {
            native = Imports.mynacard_sandbox_start();
            if (native == IntPtr.Zero) throw new IOException("the sandbox does not start");
        }

        /// <summary>How to reach it over TLS.</summary>
        public Service Service
        {
            get
            {
                UIntPtr size;
                var pointer = Imports.mynacard_sandbox_root(Running, out size);
                var root = new byte[checked((int)size.ToUInt64())];
                Marshal.Copy(pointer, root, 0, root.Length);
                return new Service { Url = Marshal.PtrToStringAnsi(Imports.mynacard_sandbox_url(Running)), Root = root, Trust = Trust.Simulation, Direct = true };
            }
        }

        /// <summary>How to reach it without a line. It speaks as the terminal that was activated or renewed over it last.</summary>
        public Service ServiceWithoutLine()
        {
            var table = new Imports.Carrier { StructSize = new UIntPtr((uint)Marshal.SizeOf(typeof(Imports.Carrier))) };
            if (Imports.mynacard_sandbox_carrier(Running, ref table) != 0) throw new IOException("no line");
            var line = new Line(table);
            lock (gate) lines.Add(line);
            return new Service { Trust = Trust.Simulation, Carrier = line };
        }

        /// <summary>What a portal hands out for a new terminal (ユーザー設定情報). For <see cref="Terminal.Register"/> add path and passcode.</summary>
        public Registration Issue()
        {
            // mynacard_sandbox_activation: three texts, each with its end.
            var bytes = new byte[16 + 64 + 160];
            if (Imports.mynacard_sandbox_issue_activation(Running, bytes) != 0) throw new IOException("no activation");
            return new Registration { InstitutionCode = Field(bytes, 0), Id = Field(bytes, 16), ActivationCode = Field(bytes, 80), TermsAccepted = true };
        }

        /// <summary>A new terminal that is kept nowhere.</summary>
        public Terminal Activate()
        {
            var issued = Issue();
            return Terminal.Activate(Service, issued.InstitutionCode, issued.Id, issued.ActivationCode, true);
        }

        /// <summary>From now on every answer gets lost on its way, or no longer. The calls are carried out.</summary>
        public void LoseAnswers(bool lose) { Imports.mynacard_sandbox_lose_answers(Running, lose ? 1 : 0); }

        /// <summary>From now on it has this trouble: maintenance, timeout, too-many, cut, garbage and so on, as mynacard-sandbox --help
        /// lists them; none ends them.</summary>
        public void Suffer(string trouble)
        {
            if (Imports.mynacard_sandbox_suffer(Running, Imports.Ascii(trouble)) != 0) throw new ArgumentException("no such trouble", "trouble");
        }

        /// <summary>Who signed what is on the virtual cards, JSON, for <see cref="Card.ReadFace"/> and <see cref="Card.AttributesJson"/>.</summary>
        public static string Authorities { get { return Marshal.PtrToStringAnsi(Imports.mynacard_sandbox_authorities()); } }

        /// <summary>A person's PIN.</summary>
        public static Pin Pin(string person)
        {
            var text = new byte[9];
            if (Imports.mynacard_sandbox_pin(Imports.Ascii(person), text, new UIntPtr((uint)text.Length)) != 0) throw new ArgumentException("nobody with a PIN", "person");
            var pin = new Pin();
            foreach (var digit in text) if (digit != 0) pin.Push((char)digit);
            Array.Clear(text, 0, text.Length);
            return pin;
        }

        /// <summary>What is printed on a person's card and opens its face (照合番号B).</summary>
        public static byte[] NumberB(string person)
        {
            var digits = new byte[17];
            if (Imports.mynacard_sandbox_number_b(Imports.Ascii(person), digits, new UIntPtr((uint)digits.Length)) != 0) throw new ArgumentException("nobody with a card", "person");
            Array.Resize(ref digits, 16);
            return digits;
        }

        /// <summary>Puts a person's card into the virtual PC/SC reader (vpcd) that listens at this port; disposing takes it out.</summary>
        public static IDisposable Insert(string person, int port = 35963)
        {
            var inserted = Imports.mynacard_sandbox_insert(Imports.Ascii(person), checked((ushort)port));
            if (inserted == IntPtr.Zero) throw new IOException("no such person, or no reader there");
            return new Inserted { Native = inserted };
        }

        /// <summary>Stops it.</summary>
        public void Dispose()
        {
            if (native == IntPtr.Zero) return;
            lock (gate) foreach (var line in lines) line.Dispose();
            Imports.mynacard_sandbox_stop(native);
            native = IntPtr.Zero;
        }

        private IntPtr Running
        {
            get
            {
                if (native == IntPtr.Zero) throw new ObjectDisposedException("Sandbox");
                return native;
            }
        }

        private static string Field(byte[] bytes, int offset) { return Encoding.ASCII.GetString(bytes, offset, Array.IndexOf(bytes, (byte)0, offset) - offset); }

        private sealed class Inserted : IDisposable
        {
            internal IntPtr Native;

            public void Dispose()
            {
                Imports.mynacard_sandbox_remove(Native);
                Native = IntPtr.Zero;
            }
        }

        /// <summary>The connection inside this process. Desks that use it must be gone before the sandbox is.</summary>
        private sealed class Line : ICarrier, IDisposable
        {
            private readonly Imports.Carrier table;
            private readonly Imports.CarryFunction carry;
            private bool isGone;

            internal Line(Imports.Carrier table)
            {
                this.table = table;
                carry = Imports.Function<Imports.CarryFunction>(table.Carry);
            }

            public Carried Carry(CarryRequest request)
            {
                byte[] operation = Encoding.UTF8.GetBytes(request.Operation), key = Encoding.UTF8.GetBytes(request.Key);
                var buffer = Marshal.AllocHGlobal(Largest);
                var size = UIntPtr.Zero;
                try
                {
                    uint status = 0;
                    int result;
                    lock (this)
                    {
                        if (isGone) return Carried.NotSent;
                        result = carry(table.Userdata, operation, Size(operation), request.Body.Length == 0 ? null : request.Body, Size(request.Body), key.Length == 0 ? null : key, Size(key),
                            (uint)request.Timeout.TotalMilliseconds, buffer, new UIntPtr(Largest), ref size, ref status);
                    }
                    if (result == 1) return Carried.NotSent;
                    if (result != 0) return null;
                    var body = new byte[checked((int)size.ToUInt64())];
                    Marshal.Copy(buffer, body, 0, body.Length);
                    return new Carried((int)status, body);
                }
                finally { Imports.Free(buffer, Largest, size); }
            }

            public void Dispose()
            {
                lock (this)
                {
                    if (!isGone) Imports.Function<Imports.DestroyFunction>(table.Destroy)(table.Userdata);
                    isGone = true;
                }
            }

            private const int Largest = 8 << 20;
            private static UIntPtr Size(byte[] bytes) { return new UIntPtr((uint)bytes.Length); }
        }
    }

    /// <summary>The card of a person of the sandbox, tries and all. mynacard-sim people lists the persons.</summary>
    public sealed class VirtualCard : ICardTransport, IDisposable
    {
        private readonly Imports.Transport table;
        private readonly Imports.BeginFunction begin;
        private readonly Imports.ExchangeFunction exchange;
        private readonly Imports.EndFunction end;
        private volatile Action<bool> beforeCommand;
        private bool isGone;

        /// <summary>A person's card, behind a reader with or without extended lengths.</summary>
        public VirtualCard(string person = "kyokai-self", bool extended = true)
        {
            if (Imports.mynacard_sandbox_card(Imports.Ascii(person), extended ? 1 : 0, out table) != 0) throw new ArgumentException("nobody has this card", "person");
            begin = Imports.Function<Imports.BeginFunction>(table.Begin);
            exchange = Imports.Function<Imports.ExchangeFunction>(table.Exchange);
            end = Imports.Function<Imports.EndFunction>(table.End);
        }

        /// <summary>Called before every command, on the library's thread, with whether it holds a PIN: a test slows the card down with it,
        /// or throws.</summary>
        public Action<bool> BeforeCommand { get { return beforeCommand; } set { beforeCommand = value; } }

        /// <summary>Whether it was disposed.</summary>
        public bool IsGone { get { lock (this) return isGone; } }

        /// <summary>The card gets its power.</summary>
        public void Begin() { lock (this) if (isGone || begin(table.Userdata) != 0) throw new IOException("no card"); }

        /// <summary>The card answers.</summary>
        public byte[] Exchange(byte[] command, bool secret)
        {
            var before = beforeCommand;
            if (before != null) before(secret);
            const int largest = 65538;
            var buffer = Marshal.AllocHGlobal(largest);
            var size = UIntPtr.Zero;
            try
            {
                lock (this)
                    if (isGone || exchange(table.Userdata, command, new UIntPtr((uint)command.Length), secret ? 1 : 0, buffer, new UIntPtr(largest), ref size) != 0)
                        throw new IOException("the card does not answer");
                var answer = new byte[checked((int)size.ToUInt64())];
                Marshal.Copy(buffer, answer, 0, answer.Length);
                return answer;
            }
            finally { Imports.Free(buffer, largest, size); }
        }

        /// <summary>The dialogue is over.</summary>
        public void End(bool powerDown) { lock (this) if (!isGone) end(table.Userdata, powerDown ? 1 : 0); }

        /// <summary>The longest command.</summary>
        public int MaxCommand { get { return (int)table.MaxCommand.ToUInt64(); } }

        /// <summary>The longest answer.</summary>
        public int MaxResponse { get { return (int)table.MaxResponse.ToUInt64(); } }

        /// <summary>The card is gone. A <see cref="Card"/> that stands before it does this when it is disposed.</summary>
        public void Dispose()
        {
            lock (this)
            {
                if (isGone) return;
                isGone = true;
                Imports.Function<Imports.DestroyFunction>(table.Destroy)(table.Userdata);
            }
        }
    }
}
