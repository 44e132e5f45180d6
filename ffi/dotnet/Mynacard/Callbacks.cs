// Delegates that the library holds: rooted from the call that hands them over until the library says that they are gone.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace Mynacard
{
    internal abstract class Rooted
    {
        private static readonly HashSet<Rooted> Alive = new HashSet<Rooted>();
        /// <summary>Whether this thread frees something: whatever is thrown then is no call's.</summary>
        [ThreadStatic] private static bool isReleasing;
        private readonly Native.DestroyFunction destroy;
        private readonly object gate = new object();
        private int calls;
        private Exception thrown;

        protected Rooted()
        {
            destroy = userdata =>
            {
                Unroot();
                try { Gone(); } catch (Exception) { /* Nobody waits for it. */ }
            };
        }

        protected IntPtr Root()
        {
            lock (Alive) Alive.Add(this);
            return Marshal.GetFunctionPointerForDelegate(destroy);
        }

        internal void Unroot() { lock (Alive) Alive.Remove(this); }

        /// <summary>How many the library holds.</summary>
        internal static int Count { get { lock (Alive) return Alive.Count; } }

        /// <summary>The library has let go of it.</summary>
        protected virtual void Gone() { }

        /// <summary>A call begins that may call this function.</summary>
        internal void Enter() { lock (gate) calls++; }

        /// <summary>It ends. What was thrown is this call's if it failed; with the last call whatever is left is gone.</summary>
        internal Exception Leave(bool failed)
        {
            lock (gate)
            {
                var own = failed ? thrown : null;
                calls--;
                if (failed || calls == 0) thrown = null;
                return own;
            }
        }

        /// <summary>The first one is the cause of all others. Between calls there is nobody to tell.</summary>
        protected void Keep(Exception exception)
        {
            if (isReleasing) return;
            lock (gate) if (calls > 0 && thrown == null) thrown = exception;
        }

        /// <summary>Frees something of the library's, which may tell the audit function.</summary>
        internal static bool Release(Func<IntPtr, int> free, IntPtr handle)
        {
            var before = isReleasing;
            isReleasing = true;
            try { return free(handle) == 0; }
            finally { isReleasing = before; }
        }

        /// <summary>The table with one function, for the library to call until it says that it is gone.</summary>
        protected Native.Listener Table(Delegate function)
        {
            return new Native.Listener
            {
                StructSize = Calls.SizeOf<Native.Listener>(),
                Function = Marshal.GetFunctionPointerForDelegate(function),
                Destroy = Root()
            };
        }

        protected static byte[] Bytes(IntPtr from, UIntPtr size)
        {
            var bytes = new byte[checked((int)size.ToUInt64())];
            if (bytes.Length > 0) Marshal.Copy(from, bytes, 0, bytes.Length);
            return bytes;
        }

        /// <summary>Writes an answer where there is room for it.</summary>
        protected static bool Answer(byte[] bytes, IntPtr to, UIntPtr capacity, IntPtr size)
        {
            if ((ulong)bytes.Length > capacity.ToUInt64()) return false;
            Marshal.Copy(bytes, 0, to, bytes.Length);
            Marshal.WriteIntPtr(size, new IntPtr(bytes.Length));
            return true;
        }

        internal static string Utf8(IntPtr text, UIntPtr size)
        {
            var bytes = Bytes(text, size);
            try { return Encoding.UTF8.GetString(bytes); }
            finally { Array.Clear(bytes, 0, bytes.Length); }
        }
    }

    /// <summary>Hands JSON documents to a program; what the program throws stops the library and comes out of its call.</summary>
    internal sealed class JsonListener : Rooted
    {
        private readonly Action<string> tell;
        private readonly Action<Exception> hear;
        private readonly Native.JsonFunction function;

        /// <summary><paramref name="hear"/> is told what is thrown besides.</summary>
        internal JsonListener(Action<string> tell, Action<Exception> hear = null)
        {
            if (tell == null) throw new ArgumentNullException("tell");
            this.tell = tell;
            this.hear = hear;
            function = OnJson;
        }

        internal Native.Listener Table() { return Table(function); }

        private int OnJson(IntPtr userdata, IntPtr json, UIntPtr size)
        {
            try
            {
                tell(Utf8(json, size));
                return 0;
            }
            catch (Exception exception)
            {
                Keep(exception);
                if (hear != null) hear(exception);
                return 1;
            }
        }
    }

    /// <summary>What a connection brought back.</summary>
    public sealed class Carried
    {
        /// <summary>The request certainly did not reach the service.</summary>
        public static readonly Carried NotSent = new Carried(0, null);

        /// <summary>An answer: its status as HTTP has it, and its body.</summary>
        public Carried(int status, byte[] body)
        {
            Status = status;
            Body = body ?? new byte[0];
        }

        /// <summary>As HTTP has it: 200 for an answer.</summary>
        public int Status { get; private set; }
        /// <summary>The body.</summary>
        public byte[] Body { get; private set; }
    }

    /// <summary>What a connection carries.</summary>
    public sealed class CarryRequest
    {
        internal CarryRequest(string operation, byte[] body, string key, TimeSpan timeout)
        {
            Operation = operation;
            Body = body;
            Key = key;
            Timeout = timeout;
        }

        /// <summary>Which operation of the service, such as /v1/confirm.</summary>
        public string Operation { get; private set; }
        /// <summary>The request, JSON in UTF-8; empty where the operation takes none.</summary>
        public byte[] Body { get; private set; }
        /// <summary>A request with a key may come again and is still one; empty for none.</summary>
        public string Key { get; private set; }
        /// <summary>How long the call waits.</summary>
        public TimeSpan Timeout { get; private set; }
        /// <summary>Whether nobody waits any more. A cancelled call waits for this function too, so one that takes long looks here every
        /// now and then, on the thread that it was called on, and returns.</summary>
        public bool IsStopped { get { return Native.mynacard_cancel_is_cancelled(CancelHandle.None) != 0; } }
    }

    /// <summary>A connection of this program's own to the service, instead of HTTPS. Who is at the other end is the program's affair.</summary>
    public interface ICarrier
    {
        /// <summary>Carries a request and waits for its answer, on a thread of the library while a call waits. Null, or an exception, means
        /// that the answer is lost; the exception comes out of the call.</summary>
        Carried Carry(CarryRequest request);
    }

    /// <summary>Whom the card allows to sign without a PIN at a visual check, instead of the service's relay. Every command passes the
    /// library's guard before the card sees it.</summary>
    public interface IPinlessProvider
    {
        /// <summary>The next command for the card; or the service's grant, with <see cref="PinlessTurn.Done"/>. Null ends without a grant;
        /// an exception does too, and comes out of the call.</summary>
        byte[] Next(PinlessTurn turn);
    }

    /// <summary>Where the dialogue between a provider and the card stands.</summary>
    public sealed class PinlessTurn
    {
        internal PinlessTurn(string challenge, int step, byte[] answer)
        {
            Challenge = challenge;
            Step = step;
            Answer = answer;
        }

        /// <summary>The service's name of the challenge that the check signs.</summary>
        public string Challenge { get; private set; }
        /// <summary>From 1.</summary>
        public int Step { get; private set; }
        /// <summary>The card's answer to the command before; empty at first.</summary>
        public byte[] Answer { get; private set; }
        /// <summary>Whether the check was stopped; to be asked on the thread that the function was called on, where it takes long.</summary>
        public bool IsStopped { get { return Native.mynacard_cancel_is_cancelled(CancelHandle.None) != 0; } }
        /// <summary>To be set when what is returned is the grant.</summary>
        public bool Done { get; set; }
    }

    internal sealed class Carriage : Rooted
    {
        private readonly ICarrier carrier;
        private readonly Native.CarryFunction function;

        internal Carriage(ICarrier carrier)
        {
            this.carrier = carrier;
            function = OnCarry;
        }

        internal Native.Listener Table() { return Table(function); }

        private int OnCarry(IntPtr userdata, IntPtr operation, UIntPtr operationSize, IntPtr request, UIntPtr requestSize, IntPtr key, UIntPtr keySize,
            uint timeoutMs, IntPtr response, UIntPtr capacity, IntPtr responseSize, IntPtr responseStatus)
        {
            try
            {
                var carried = carrier.Carry(new CarryRequest(Utf8(operation, operationSize), Bytes(request, requestSize), Utf8(key, keySize), TimeSpan.FromMilliseconds(timeoutMs)));
                if (carried == Carried.NotSent) return 1;
                if (carried == null || !Answer(carried.Body, response, capacity, responseSize)) return 2;
                Marshal.WriteInt32(responseStatus, carried.Status);
                return 0;
            }
            catch (Exception exception) { Keep(exception); return 2; }
        }
    }

    internal sealed class Provider : Rooted
    {
        private readonly IPinlessProvider provider;
        private readonly Native.NextFunction function;

        internal Provider(IPinlessProvider provider)
        {
            this.provider = provider;
            function = OnNext;
        }

        internal Native.Listener Table() { return Table(function); }

        private int OnNext(IntPtr userdata, IntPtr challenge, UIntPtr challengeSize, uint step, IntPtr answer, UIntPtr answerSize,
            IntPtr output, UIntPtr capacity, IntPtr outputSize)
        {
            try
            {
                var turn = new PinlessTurn(Utf8(challenge, challengeSize), checked((int)step), Bytes(answer, answerSize));
                var next = provider.Next(turn);
                if (next == null || !Answer(next, output, capacity, outputSize)) return 2;
                return turn.Done ? 1 : 0;
            }
            catch (Exception exception) { Keep(exception); return 2; }
        }
    }

    /// <summary>Memory that stays where it is as long as a call.</summary>
    internal sealed class Pins : IDisposable
    {
        private readonly List<GCHandle> pinned = new List<GCHandle>();
        private readonly List<byte[]> secrets = new List<byte[]>();

        internal IntPtr Pin(object value)
        {
            var handle = GCHandle.Alloc(value, GCHandleType.Pinned);
            pinned.Add(handle);
            return handle.AddrOfPinnedObject();
        }

        internal void Text(string text, out IntPtr pointer, out UIntPtr size)
        {
            var bytes = Calls.Utf8(text);
            secrets.Add(bytes);
            pointer = bytes.Length == 0 ? IntPtr.Zero : Pin(bytes);
            size = Calls.Size(bytes);
        }

        /// <summary>Frees all; the copies of texts are cleared first, for some are secrets.</summary>
        public void Dispose()
        {
            foreach (var bytes in secrets) Array.Clear(bytes, 0, bytes.Length);
            foreach (var handle in pinned) handle.Free();
            pinned.Clear();
        }
    }

    /// <summary>Vaults without a passcode: opened by a key that the operating system keeps (DPAPI, a TPM).</summary>
    public static class KeyStore
    {
        /// <summary>From now on vaults without a passcode are opened by <paramref name="key"/>, in the whole process; null for none. It is
        /// given the vault's id of 16 bytes and answers 32 secret bytes, the same ever after; they are cleared afterwards. Null, or an
        /// exception, leaves the vault closed.</summary>
        public static void Set(Func<byte[], byte[]> key)
        {
            IntPtr error;
            if (key == null)
            {
                Calls.Check(Native.KeyStoreUnset(IntPtr.Zero, out error), error);
                return;
            }
            var keeper = new Keeper(key);
            var table = keeper.Table();
            var status = (int)Status.Internal;
            try { status = Native.mynacard_key_store_set(ref table, out error); }
            finally { if (status != 0) keeper.Unroot(); }
            Calls.Check(status, error);
        }

        private sealed class Keeper : Rooted
        {
            private readonly Func<byte[], byte[]> key;
            private readonly Native.KeyFunction function;

            internal Keeper(Func<byte[], byte[]> key)
            {
                this.key = key;
                function = OnKey;
            }

            internal Native.Listener Table() { return Table(function); }

            private int OnKey(IntPtr userdata, IntPtr vaultId, IntPtr to)
            {
                byte[] bytes = null;
                try
                {
                    bytes = key(Bytes(vaultId, new UIntPtr(16)));
                    if (bytes == null || bytes.Length != 32) return 1;
                    Marshal.Copy(bytes, 0, to, bytes.Length);
                    return 0;
                }
                catch (Exception) { return 1; }
                // One of another length is a secret too.
                finally { if (bytes != null) Array.Clear(bytes, 0, bytes.Length); }
            }
        }
    }

    /// <summary>The library's log lines: no secret and nothing about a person.</summary>
    public static class Log
    {
        /// <summary>From now on the lines of this library, in the whole process, go to <paramref name="line"/>, with 1 for an error, 2
        /// for a warning, 3 for information, 4 and 5 for details; null for none. It runs on whatever thread logs, several at once;
        /// what it throws is dropped. <paramref name="most"/> is the highest level that is told.</summary>
        public static void Set(Action<int, string> line, int most = 3)
        {
            IntPtr error;
            if (line == null)
            {
                Calls.Check(Native.LogUnset(IntPtr.Zero, out error), error);
                return;
            }
            var teller = new Teller(line);
            var table = teller.Table(most);
            var status = (int)Status.Internal;
            try { status = Native.mynacard_log_set(ref table, out error); }
            finally { if (status != 0) teller.Unroot(); }
            Calls.Check(status, error);
        }

        private sealed class Teller : Rooted
        {
            private readonly Action<int, string> tell;
            private readonly Native.LineFunction function;

            internal Teller(Action<int, string> tell)
            {
                this.tell = tell;
                function = OnLine;
            }

            internal Native.Log Table(int most)
            {
                return new Native.Log
                {
                    StructSize = Calls.SizeOf<Native.Log>(),
                    Line = Marshal.GetFunctionPointerForDelegate(function),
                    Destroy = Root(),
                    Most = most
                };
            }

            private void OnLine(IntPtr userdata, int level, IntPtr line, UIntPtr size)
            {
                try { tell(level, Utf8(line, size)); }
                catch (Exception) { /* Nobody waits for it. */ }
            }
        }
    }
}
