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
        private readonly Native.DestroyFunction destroy;
        private Exception thrown;

        protected Rooted() { destroy = userdata => Unroot(); }

        protected IntPtr Root()
        {
            lock (Alive) Alive.Add(this);
            return Marshal.GetFunctionPointerForDelegate(destroy);
        }

        internal void Unroot() { lock (Alive) Alive.Remove(this); }
        /// <summary>The first one is the cause of all others.</summary>
        protected void Keep(Exception exception) { Interlocked.CompareExchange(ref thrown, exception, null); }
        internal Exception Take() { return Interlocked.Exchange(ref thrown, null); }

        internal static string Utf8(IntPtr text, UIntPtr size)
        {
            var bytes = new byte[checked((int)size.ToUInt64())];
            if (bytes.Length == 0) return "";
            Marshal.Copy(text, bytes, 0, bytes.Length);
            try { return Encoding.UTF8.GetString(bytes); }
            finally { Array.Clear(bytes, 0, bytes.Length); }
        }
    }

    /// <summary>Hands JSON documents to a program; what the program throws stops the library and comes out of its call.</summary>
    internal sealed class JsonListener : Rooted
    {
        private readonly Action<string> tell;
        private readonly Native.JsonFunction function;

        internal JsonListener(Action<string> tell)
        {
            if (tell == null) throw new ArgumentNullException("tell");
            this.tell = tell;
            function = OnJson;
        }

        internal Native.Listener Table()
        {
            return new Native.Listener
            {
                StructSize = new UIntPtr((uint)Marshal.SizeOf(typeof(Native.Listener))),
                Json = Marshal.GetFunctionPointerForDelegate(function),
                Destroy = Root()
            };
        }

        private int OnJson(IntPtr userdata, IntPtr json, UIntPtr size)
        {
            try
            {
                tell(Utf8(json, size));
                return 0;
            }
            catch (Exception exception) { Keep(exception); return 1; }
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
            var status = Native.mynacard_log_set(ref table, out error);
            if (status != 0) teller.Unroot();
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
                    StructSize = new UIntPtr((uint)Marshal.SizeOf(typeof(Native.Log))),
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
