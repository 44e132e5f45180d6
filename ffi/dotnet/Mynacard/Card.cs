using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Mynacard
{
    /// <summary>A card that this program carries commands to: its own reader, a phone, a virtual card.
    /// The members run on a thread of the library, one at a time, while the call that uses the card waits. What Begin and
    /// Exchange throw is rethrown by that call; <see cref="MynacardException.Behind"/> tells what the library knows besides,
    /// above all whether a PIN try was spent. What End throws is dropped.</summary>
    public interface ICardTransport
    {
        /// <summary>Takes the card exclusively, powers it down and up. An exception means: no card.</summary>
        void Begin();
        /// <summary>Sends a command, once, and returns the answer with its two status bytes. A secret command is neither
        /// logged nor kept; the array is cleared afterwards.</summary>
        byte[] Exchange(byte[] command, bool secret);
        /// <summary>Ends the dialogue; the card loses its power when <paramref name="powerDown"/>.</summary>
        void End(bool powerDown);
        /// <summary>The longest command in bytes; 0 for short ones only.</summary>
        int MaxCommand { get; }
        /// <summary>The longest answer in bytes; 0 for short ones only.</summary>
        int MaxResponse { get; }
    }

    /// <summary>Stops calls from any thread, for good.</summary>
    public sealed class Cancel : IDisposable
    {
        internal readonly CancelHandle Handle;
        private CancellationTokenRegistration registration;

        /// <summary>One that was not used yet.</summary>
        public Cancel()
        {
            IntPtr cancel, error;
            Calls.Check(Native.mynacard_cancel_new(out cancel, out error), error);
            Handle = NativeHandle.Own<CancelHandle>(cancel);
        }

        /// <summary>One that a token stops; disposing lets go of the token. A stopped call ends with <see cref="Status.Cancelled"/>.</summary>
        public static Cancel From(CancellationToken token)
        {
            var cancel = new Cancel();
            cancel.registration = token.Register(cancel.Stop);
            return cancel;
        }

        /// <summary>Stops every call that was given this handle, and every later one.</summary>
        public void Stop() { Native.mynacard_cancel_cancel(Handle); }
        /// <summary>Whether it was stopped.</summary>
        public bool IsStopped { get { return Native.mynacard_cancel_is_cancelled(Handle) != 0; } }
        /// <summary>Frees the handle; calls that use it go on.</summary>
        public void Dispose()
        {
            registration.Dispose();
            Handle.Dispose();
        }
        internal static CancelHandle Of(Cancel cancel) { return cancel == null ? CancelHandle.None : cancel.Handle; }
    }

    /// <summary>A PIN, digit by digit, so that no string ever holds it; wiped when used or disposed.</summary>
    public sealed class Pin : IDisposable
    {
        internal readonly PinHandle Handle;

        /// <summary>An empty PIN, or one of ASCII digits; the array is cleared.</summary>
        public Pin(byte[] digits = null)
        {
            IntPtr pin, error;
            var own = digits ?? new byte[0];
            int status;
            try { status = Native.mynacard_pin_new(own, Calls.Size(own), out pin, out error); }
            finally { Array.Clear(own, 0, own.Length); }
            Calls.Check(status, error);
            Handle = NativeHandle.Own<PinHandle>(pin);
        }

        /// <summary>How many digits there are, for the dots on a screen.</summary>
        public int Length { get { return (int)Native.mynacard_pin_length(Handle).ToUInt64(); } }

        /// <summary>Adds one digit, '0' to '9'.</summary>
        public void Push(char digit)
        {
            // Before the cast, which keeps eight bits: a full-width digit or a kanji would become another digit.
            if (digit < '0' || digit > '9') throw new ArgumentOutOfRangeException("digit", "a PIN has digits from 0 to 9 only");
            IntPtr error;
            Calls.Check(Native.mynacard_pin_push(Handle, (byte)digit, out error), error);
        }

        /// <summary>Takes the last digit back, or all.</summary>
        public void Erase(bool all = false)
        {
            IntPtr error;
            Calls.Check(Native.mynacard_pin_erase(Handle, all ? 1 : 0, out error), error);
        }

        /// <summary>Wipes and frees it.</summary>
        public void Dispose() { Handle.Dispose(); }
    }

    /// <summary>Which command and answer lengths a reader carries.</summary>
    public enum Lengths
    {
        /// <summary>What the reader's driver states; short where it states nothing.</summary>
        AsTheReaderSays = 0,
        /// <summary>Short only.</summary>
        Short = 1,
        /// <summary>Extended, whatever the driver states: for a reader that is known to carry it.</summary>
        Extended = 2
    }

    /// <summary>A four-digit PIN of the card that its holder may change.</summary>
    public enum CardPin
    {
        /// <summary>利用者証明用: the one that is asked for at the desk.</summary>
        Authentication = 0,
        /// <summary>券面事項入力補助用.</summary>
        InputSupport = 1
    }

    /// <summary>How a card in a reader is spoken to.</summary>
    public sealed class CardOptions
    {
        /// <summary>Which lengths the reader carries.</summary>
        public Lengths Lengths { get; set; }
        /// <summary>How long the reader's keypad waits for the holder; 30 seconds unless set.</summary>
        public TimeSpan? KeypadTimeout { get; set; }
    }

    /// <summary>A card.</summary>
    public sealed class Card : IDisposable
    {
        internal readonly CardHandle Handle;
        /// <summary>The program's own transport; null where there is none.</summary>
        internal readonly Rooted Transport;

        private Card(IntPtr native, Rooted transport)
        {
            Handle = NativeHandle.Own<CardHandle>(native);
            Transport = transport;
        }

        /// <summary>Waits for a card in a reader, for ever without a timeout. No name means the only reader that holds one.</summary>
        public static Card Wait(string reader = null, TimeSpan? timeout = null, Cancel cancel = null,
            CardOptions options = null)
        {
            var name = Calls.Utf8(reader);
            options = options ?? new CardOptions();
            var native = new Native.CardOptions
            {
                StructSize = Calls.SizeOf<Native.CardOptions>(),
                Lengths = (int)options.Lengths,
                KeypadTimeoutMs = Calls.Milliseconds(options.KeypadTimeout, "options")
            };
            return new Card(Calls.Make(o =>
                Native.mynacard_card_wait(name, Calls.Size(name), ref native, Milliseconds(timeout), Cancel.Of(cancel), out o.Made, out o.Error)), null);
        }

        /// <summary>A card behind an object of this program.</summary>
        public static Card Behind(ICardTransport transport)
        {
            var driver = new Driver(transport);
            var table = driver.Table();
            var isTaken = false;
            try
            {
                var native = Calls.Make(o => Native.mynacard_card_from_transport(ref table, out o.Made, out o.Error), driver);
                isTaken = true;
                return new Card(native, driver);
            }
            finally { if (!isTaken) driver.Unroot(); }
        }

        /// <summary>The tries left of the PIN; spends none.</summary>
        public int TriesLeft(Cancel cancel = null)
        {
            var tries = 0;
            Calls.Make(o =>
                Native.mynacard_card_tries_left(Handle, Cancel.Of(cancel), out tries, out o.Error), Transport);
            return tries;
        }

        /// <summary>
        /// Reads photo and images by 照合番号B, verified by the issuer's signature and the card's own key. With a check it is the first
        /// part of a visual check besides, instead of <see cref="Check.Tap"/>. A wrong number costs one of its ten tries.
        /// </summary>
        /// <param name="check">The check that goes on with this card; null to look only.</param>
        /// <param name="numberB">Sixteen ASCII digits as printed on the card: birth date YYYYMMDD, year of expiry, security code. Cleared.</param>
        /// <param name="authorities">Whose signatures are believed, JSON. No key of real cards is public.</param>
        /// <param name="cancel">Stops the call.</param>
        public CardFace ReadFace(Check check, byte[] numberB, string authorities, Cancel cancel = null)
        {
            if (numberB == null) throw new ArgumentNullException("numberB");
            var known = Calls.Utf8(authorities);
            IntPtr photo = IntPtr.Zero, name = IntPtr.Zero, address = IntPtr.Zero;
            try
            {
                var written = Calls.Json(o =>
                    Native.mynacard_card_face(Handle, check == null ? CheckHandle.None : check.Handle, numberB, Calls.Size(numberB), known, Calls.Size(known),
                        Cancel.Of(cancel), out photo, out name, out address, out o.Made, out o.Error), Transport);
                var face = new CardFace { Written = written };
                face.Photo = Calls.Take(ref photo);
                face.Name = Calls.Take(ref name);
                face.Address = Calls.Take(ref address);
                return face;
            }
            finally
            {
                Array.Clear(numberB, 0, numberB.Length);
                // What was not taken: something before it threw.
                foreach (var left in new[] { photo, name, address }) Native.mynacard_buffer_free(left);
            }
        }

        /// <summary>What the card is, its applications and the tries of each PIN, JSON. No PIN is sent.</summary>
        public string StatusJson(Cancel cancel = null)
        {
            return Calls.Json(o => Native.mynacard_card_status_json(Handle, Cancel.Of(cancel), out o.Made, out o.Error), Transport);
        }

        /// <summary>The holder's authentication certificate (利用者証明用電子証明書), DER. Needs no PIN.</summary>
        public byte[] Certificate(Cancel cancel = null)
        {
            return Calls.Take(Calls.Make(o => Native.mynacard_card_certificate(Handle, Cancel.Of(cancel), out o.Made, out o.Error), Transport));
        }

        /// <summary>Name, address, birth date and sex (券面入力補助), JSON, by that application's own PIN, which is sent once at most and is
        /// empty afterwards. With <paramref name="authorities"/> the issuer's signature is verified.</summary>
        public string AttributesJson(Pin pin, string authorities = null, Cancel cancel = null)
        {
            if (pin == null) throw new ArgumentNullException("pin");
            var known = Calls.Utf8(authorities);
            return Calls.Json(o =>
                Native.mynacard_card_attributes_json(Handle, pin.Handle, known, Calls.Size(known), Cancel.Of(cancel), out o.Made, out o.Error), Transport);
        }

        /// <summary>Gives a PIN another value. Both PINs are empty afterwards; the last try is never spent. Where the answer to the
        /// change gets lost (MC-1023), the old or the new PIN may be right.</summary>
        public void ChangePin(CardPin which, Pin oldPin, Pin newPin, Cancel cancel = null)
        {
            if (oldPin == null) throw new ArgumentNullException("oldPin");
            if (newPin == null) throw new ArgumentNullException("newPin");
            Calls.Make(o =>
                Native.mynacard_card_change_pin(Handle, (int)which, oldPin.Handle, newPin.Handle, Cancel.Of(cancel), out o.Error), Transport);
        }

        /// <summary>From now on what passes between library and card is written down, about nobody: data are masked.</summary>
        public void BeginRecording()
        {
            IntPtr trace, error;
            Calls.Check(Native.mynacard_card_record(Handle, 1, out trace, out error), error);
        }

        /// <summary>Ends the recording and returns it, one JSON object a line.</summary>
        public byte[] EndRecording()
        {
            IntPtr trace, error;
            Calls.Check(Native.mynacard_card_record(Handle, 0, out trace, out error), error);
            return Calls.Take(trace);
        }

        /// <summary>A card that answers as the recorded one did; any PIN will do.</summary>
        public static Card FromTrace(byte[] trace)
        {
            if (trace == null) throw new ArgumentNullException("trace");
            IntPtr card, error;
            Calls.Check(Native.mynacard_card_from_trace(trace, Calls.Size(trace), out card, out error), error);
            return new Card(card, null);
        }

        /// <summary><see cref="Wait"/> on a thread of the pool.</summary>
        public static Task<Card> WaitAsync(string reader = null, TimeSpan? timeout = null, Cancel cancel = null, CardOptions options = null)
        {
            return Task.Run(() => Wait(reader, timeout, cancel, options));
        }

        /// <summary><see cref="TriesLeft"/> on a thread of the pool.</summary>
        public Task<int> TriesLeftAsync(Cancel cancel = null) { return Task.Run(() => TriesLeft(cancel)); }

        /// <summary><see cref="WaitRemoved"/> on a thread of the pool.</summary>
        public Task WaitRemovedAsync(TimeSpan? timeout = null, Cancel cancel = null) { return Task.Run(() => WaitRemoved(timeout, cancel)); }

        /// <summary>What the card is, its applications and the tries of each PIN. No PIN is sent.</summary>
        public CardStatus ReadStatus(Cancel cancel = null) { return new CardStatus(Json.Parse(StatusJson(cancel))); }

        /// <summary><see cref="ReadStatus"/> on a thread of the pool.</summary>
        public Task<CardStatus> ReadStatusAsync(Cancel cancel = null) { return Task.Run(() => ReadStatus(cancel)); }

        /// <summary>What <see cref="AttributesJson"/> reads.</summary>
        public CardAttributes ReadAttributes(Pin pin, string authorities = null, Cancel cancel = null) { return new CardAttributes(Json.Parse(AttributesJson(pin, authorities, cancel))); }

        /// <summary><see cref="ReadAttributes"/> on a thread of the pool.</summary>
        public Task<CardAttributes> ReadAttributesAsync(Pin pin, string authorities = null, Cancel cancel = null) { return Task.Run(() => ReadAttributes(pin, authorities, cancel)); }

        /// <summary><see cref="StatusJson"/> on a thread of the pool.</summary>
        public Task<string> StatusJsonAsync(Cancel cancel = null) { return Task.Run(() => StatusJson(cancel)); }

        /// <summary><see cref="Certificate"/> on a thread of the pool.</summary>
        public Task<byte[]> CertificateAsync(Cancel cancel = null) { return Task.Run(() => Certificate(cancel)); }

        /// <summary><see cref="AttributesJson"/> on a thread of the pool.</summary>
        public Task<string> AttributesJsonAsync(Pin pin, string authorities = null, Cancel cancel = null) { return Task.Run(() => AttributesJson(pin, authorities, cancel)); }

        /// <summary><see cref="ChangePin"/> on a thread of the pool.</summary>
        public Task ChangePinAsync(CardPin which, Pin oldPin, Pin newPin, Cancel cancel = null) { return Task.Run(() => ChangePin(which, oldPin, newPin, cancel)); }

        /// <summary><see cref="ReadFace"/> on a thread of the pool.</summary>
        public Task<CardFace> ReadFaceAsync(Check check, byte[] numberB, string authorities, Cancel cancel = null)
        {
            return Task.Run(() => ReadFace(check, numberB, authorities, cancel));
        }

        /// <summary>Waits until the card has left its reader.</summary>
        public void WaitRemoved(TimeSpan? timeout = null, Cancel cancel = null)
        {
            IntPtr error;
            Calls.Check(Native.mynacard_card_wait_removed(Handle, Milliseconds(timeout), Cancel.Of(cancel), out error), error);
        }

        /// <summary>The readers of this machine and what they hold, JSON.</summary>
        public static string ReadersJson()
        {
            return Calls.Json(o => Native.mynacard_readers_json(out o.Made, out o.Error));
        }

        /// <summary>The readers of this machine.</summary>
        public static ReaderInfo[] Readers() { return Record.All(Json.Parse(ReadersJson()), one => new ReaderInfo(one)); }

        /// <summary><see cref="Readers"/> on a thread of the pool.</summary>
        public static Task<ReaderInfo[]> ReadersAsync() { return Task.Run(() => Readers()); }

        /// <summary><see cref="ReadersJson"/> on a thread of the pool.</summary>
        public static Task<string> ReadersJsonAsync() { return Task.Run(() => ReadersJson()); }

        /// <summary>Frees it; a call that uses it goes on.</summary>
        public void Dispose() { Handle.Dispose(); }

        internal static long Milliseconds(TimeSpan? timeout) { return timeout == null ? -1 : (long)timeout.Value.TotalMilliseconds; }

        /// <summary>The delegates for a transport.</summary>
        private sealed class Driver : Rooted
        {
            private readonly ICardTransport transport;
            private readonly Native.BeginFunction begin;
            private readonly Native.ExchangeFunction exchange;
            private readonly Native.EndFunction end;

            internal Driver(ICardTransport transport)
            {
                if (transport == null) throw new ArgumentNullException("transport");
                this.transport = transport;
                begin = OnBegin;
                exchange = OnExchange;
                end = OnEnd;
            }

            internal Native.Transport Table()
            {
                int command = transport.MaxCommand, response = transport.MaxResponse;
                if (command < 0 || response < 0) throw new ArgumentOutOfRangeException("transport", "a length below zero");
                return new Native.Transport
                {
                    StructSize = Calls.SizeOf<Native.Transport>(),
                    Begin = Marshal.GetFunctionPointerForDelegate(begin),
                    Exchange = Marshal.GetFunctionPointerForDelegate(exchange),
                    End = Marshal.GetFunctionPointerForDelegate(end),
                    MaxCommand = new UIntPtr((uint)command),
                    MaxResponse = new UIntPtr((uint)response),
                    Destroy = Root()
                };
            }

            private int OnBegin(IntPtr userdata)
            {
                try { transport.Begin(); return 0; }
                catch (Exception exception) { Keep(exception); return 1 | 0x100; }
            }

            private int OnExchange(IntPtr userdata, IntPtr command, UIntPtr size, int secret, IntPtr response, UIntPtr capacity, IntPtr responseSize)
            {
                byte[] bytes = null;
                var pinned = new GCHandle();
                try
                {
                    bytes = new byte[checked((int)size.ToUInt64())];
                    // Where it stays, it can be cleared: the collector leaves copies of what it moves.
                    pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
                    Marshal.Copy(command, bytes, 0, bytes.Length);
                    var answer = transport.Exchange(bytes, secret != 0);
                    return answer != null && Answer(answer, response, capacity, responseSize) ? 0 : 10;
                }
                catch (Exception exception) { Keep(exception); return 10; }
                finally
                {
                    if (bytes != null) Array.Clear(bytes, 0, bytes.Length);
                    if (pinned.IsAllocated) pinned.Free();
                }
            }

            private void OnEnd(IntPtr userdata, int how)
            {
                // The dialogue is over; what it came to must not be hidden by how it ended.
                try { transport.End(how != 0); }
                catch (Exception) { }
            }

            protected override void Gone()
            {
                var disposable = transport as IDisposable;
                if (disposable != null) disposable.Dispose();
            }
        }
    }
}
