using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Mynacard
{
    /// <summary>Whose cards are accepted.</summary>
    public enum Trust { Production = 0, Simulation = 1 }
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
    public enum Purpose { Reception = 0, Checkup = 1, ContractCheckup = 2, Midwifery = 3, Visiting = 4 }
    /// <summary>How identity is established.</summary>
    public enum Method { Pin = 0, Visual = 1 }
    /// <summary>Where a check stands.</summary>
    public enum Step { Renewing = 0, ReadingCard = 1, Relaying = 2, VerifyingPin = 3, Signing = 4, CardDone = 5, AskingService = 6, Done = 7, Other = 99 }

    /// <summary>Which service, and how it is reached.</summary>
    public sealed class Service
    {
        /// <summary>https://host[:port]</summary>
        public string Url { get; set; }
        /// <summary>The authority that certifies it, DER.</summary>
        public byte[] Root { get; set; }
        /// <summary>The name it must say it has; null for the sandbox.</summary>
        public string Name { get; set; }
        /// <summary>The environment it must say it is; null for the sandbox.</summary>
        public string Environment { get; set; }
        public Trust Trust { get; set; }
        /// <summary>No proxy.</summary>
        public bool Direct { get; set; }

        /// <summary>Calls with the native structure, whose pointers live as long as the call.</summary>
        internal int With(Func<Native.Service, int> call)
        {
            var pinned = new List<GCHandle>();
            try
            {
                var native = new Native.Service { StructSize = new UIntPtr((uint)Marshal.SizeOf(typeof(Native.Service))) };
                Pin(pinned, Calls.Utf8(Url), out native.Url, out native.UrlSize);
                Pin(pinned, Root ?? new byte[0], out native.Root, out native.RootSize);
                Pin(pinned, Calls.Utf8(Name), out native.Name, out native.NameSize);
                Pin(pinned, Calls.Utf8(Environment), out native.Environment, out native.EnvironmentSize);
                native.Trust = (int)Trust;
                native.Direct = Direct ? 1 : 0;
                return call(native);
            }
            finally { foreach (var one in pinned) one.Free(); }
        }

        private static void Pin(List<GCHandle> pinned, byte[] bytes, out IntPtr pointer, out UIntPtr size)
        {
            var handle = GCHandle.Alloc(bytes, GCHandleType.Pinned);
            pinned.Add(handle);
            pointer = bytes.Length == 0 ? IntPtr.Zero : handle.AddrOfPinnedObject();
            size = Calls.Size(bytes);
        }
    }

    /// <summary>An activated terminal (資格確認端末).</summary>
    public sealed class Terminal : IDisposable
    {
        internal readonly TerminalHandle Handle;
        private Terminal(IntPtr native) { Handle = NativeHandle.Own<TerminalHandle>(native); }

        /// <summary>Activates a new one; somebody accepted the terms on this program's screen.</summary>
        public static Terminal Activate(Service service, string institutionCode, string id, string activationCode, bool termsAccepted, Cancel cancel = null)
        {
            byte[] code = Calls.Utf8(institutionCode), name = Calls.Utf8(id), activation = Calls.Utf8(activationCode);
            IntPtr terminal = IntPtr.Zero, error = IntPtr.Zero;
            var status = service.With(native => Native.mynacard_terminal_activate(ref native, code, Calls.Size(code), name, Calls.Size(name),
                activation, Calls.Size(activation), termsAccepted ? 1 : 0, Cancel.Of(cancel), out terminal, out error));
            Calls.Check(status, error);
            return new Terminal(terminal);
        }

        /// <summary>The one kept in a vault file.</summary>
        public static Terminal Open(string path, string passcode)
        {
            byte[] file = Calls.Utf8(path), code = Calls.Utf8(passcode);
            IntPtr terminal, error;
            Calls.Check(Native.mynacard_terminal_open(file, Calls.Size(file), code, Calls.Size(code), out terminal, out error), error);
            return new Terminal(terminal);
        }

        /// <summary>Keeps it in a new vault file.</summary>
        public void Store(string path, string passcode)
        {
            byte[] file = Calls.Utf8(path), code = Calls.Utf8(passcode);
            IntPtr error;
            Calls.Check(Native.mynacard_terminal_store(Handle, file, Calls.Size(file), code, Calls.Size(code), out error), error);
        }

        /// <summary>What is known of it, JSON.</summary>
        public string Json()
        {
            IntPtr json, error;
            Calls.Check(Native.mynacard_terminal_json(Handle, out json, out error), error);
            return Calls.TakeUtf8(json);
        }

        public void Dispose() { Handle.Dispose(); }
    }

    /// <summary>The policies of a desk; the defaults are the safe ones.</summary>
    public sealed class DeskOptions
    {
        public bool VisualCheck { get; set; }
        public bool RefuseExpired { get; set; }
        public bool RefuseUnknownIssuer { get; set; }
        public Counter Counter { get; set; }
    }

    /// <summary>A reception desk.</summary>
    public sealed class Desk : IDisposable
    {
        internal readonly DeskHandle Handle;

        /// <summary>Opens a desk. <paramref name="progress"/> is posted to the caller's SynchronizationContext (a WinForms or WPF
        /// screen), never sent, so that a screen that waits for the check cannot lock up.</summary>
        public Desk(Service service, Terminal terminal, DeskOptions options = null, Action<Step> progress = null)
        {
            options = options ?? new DeskOptions();
            var native = new Native.DeskOptions
            {
                StructSize = new UIntPtr((uint)Marshal.SizeOf(typeof(Native.DeskOptions))),
                VisualCheck = options.VisualCheck ? 1 : 0,
                RefuseExpired = options.RefuseExpired ? 1 : 0,
                RefuseUnknownIssuer = options.RefuseUnknownIssuer ? 1 : 0,
                Counter = (int)options.Counter
            };
            var teller = new Teller(progress);
            var table = teller.Root();
            IntPtr desk = IntPtr.Zero, error = IntPtr.Zero;
            var status = service.With(where => Native.mynacard_desk_open(ref where, terminal.Handle, ref native, ref table, out desk, out error));
            if (status != 0) teller.Unroot();
            Calls.Check(status, error);
            Handle = NativeHandle.Own<DeskHandle>(desk);
        }

        /// <summary>Prepares a check before the tap.</summary>
        public Check Prepare(Purpose purpose = Purpose.Reception, Method method = Method.Pin, bool limitApplication = false,
            bool specificDiseases = false, Cancel cancel = null)
        {
            var ask = new Native.Ask
            {
                StructSize = new UIntPtr((uint)Marshal.SizeOf(typeof(Native.Ask))),
                Purpose = (int)purpose,
                Method = (int)method,
                LimitApplication = limitApplication ? 1 : 0,
                SpecificDiseases = specificDiseases ? 1 : 0
            };
            IntPtr check, error;
            Calls.Check(Native.mynacard_desk_prepare(Handle, ref ask, Cancel.Of(cancel), out check, out error), error);
            return new Check(check);
        }

        public void Dispose() { Handle.Dispose(); }

        /// <summary>The delegate for steps, rooted until the library calls destroy.</summary>
        private sealed class Teller
        {
            private static readonly HashSet<Teller> Rooted = new HashSet<Teller>();
            private readonly Action<Step> progress;
            private readonly SynchronizationContext screen = SynchronizationContext.Current;
            private readonly Native.StepFunction step;
            private readonly Native.DestroyFunction destroy;

            internal Teller(Action<Step> progress)
            {
                this.progress = progress;
                step = OnStep;
                destroy = userdata => Unroot();
            }

            internal Native.Progress Root()
            {
                lock (Rooted) Rooted.Add(this);
                return new Native.Progress
                {
                    StructSize = new UIntPtr((uint)Marshal.SizeOf(typeof(Native.Progress))),
                    Step = Marshal.GetFunctionPointerForDelegate(step),
                    Destroy = Marshal.GetFunctionPointerForDelegate(destroy)
                };
            }

            internal void Unroot() { lock (Rooted) Rooted.Remove(this); }

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
        internal Check(IntPtr native) { handle = NativeHandle.Own<CheckHandle>(native); }

        /// <summary>The check itself, by PIN.</summary>
        public Answer ByPin(Card card, Pin pin, Cancel cancel = null)
        {
            IntPtr answer, error;
            var status = Native.mynacard_check_by_pin(handle, card.Handle, pin.Handle, Cancel.Of(cancel), out answer, out error);
            Calls.Check(status, error, card.TakeException());
            return new Answer(answer);
        }

        /// <summary>The same on a thread of the pool, so that a screen goes on.</summary>
        public Task<Answer> ByPinAsync(Card card, Pin pin, Cancel cancel = null)
        {
            return Task.Run(() => ByPin(card, pin, cancel));
        }

        /// <summary>The check itself, with the PIN typed on the reader's keypad.</summary>
        public Answer ByKeypad(Card card, Cancel cancel = null)
        {
            IntPtr answer, error;
            var status = Native.mynacard_check_by_keypad(handle, card.Handle, Cancel.Of(cancel), out answer, out error);
            Calls.Check(status, error, card.TakeException());
            return new Answer(answer);
        }

        /// <summary>
        /// After a check whose answer got lost (MC-6013): the same proof once more, without card and PIN, and still one check.
        /// For about two minutes; after that the patient has to tap again (MC-5017).
        /// </summary>
        public Answer DeliverAgain(Cancel cancel = null)
        {
            IntPtr answer, error;
            var status = Native.mynacard_check_deliver_again(handle, Cancel.Of(cancel), out answer, out error);
            Calls.Check(status, error);
            return new Answer(answer);
        }

        /// <summary>First part of a visual check: reads the card.</summary>
        public void Tap(Card card, Cancel cancel = null)
        {
            IntPtr error;
            Calls.Check(Native.mynacard_check_tap(handle, card.Handle, Cancel.Of(cancel), out error), error, card.TakeException());
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
            IntPtr answer, error;
            var status = Native.mynacard_check_by_sight(handle, card.Handle, Cancel.Of(cancel), out answer, out error);
            Calls.Check(status, error, card.TakeException());
            return new Answer(answer);
        }

        public void Dispose() { handle.Dispose(); }
    }
}
