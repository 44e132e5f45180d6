// How the library is called: what it made, or the exception; and how its buffers are taken over.
using System;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Mynacard
{
    /// <summary>Where a call of the library puts what it makes.</summary>
    internal class Outs
    {
        internal IntPtr Made, Error;
    }

    internal static class Calls
    {
        /// <summary>Calls; what one of the program's own functions threw meanwhile comes out with its own stack, else the library's error.
        /// The first of these functions is the likeliest cause.</summary>
        internal static IntPtr Make(Func<Outs, int> ask, params Rooted[] told) { return Make(new Outs(), ask, told); }

        internal static IntPtr Make<T>(T outs, Func<T, int> ask, params Rooted[] told) where T : Outs
        {
            Exception thrown = null;
            var status = (int)Status.Busy;
            foreach (var one in told) if (one != null) one.Enter();
            try { status = ask(outs); }
            finally
            {
                foreach (var one in told)
                {
                    var own = one == null ? null : one.Leave(status != 0 && !IsRefused(status));
                    thrown = thrown ?? own;
                }
            }
            Check(status, outs.Error, thrown);
            return outs.Made;
        }

        /// <summary>The same for a JSON document.</summary>
        internal static string Json(Func<Outs, int> ask, params Rooted[] told) { return TakeUtf8(Make(ask, told)); }

        /// <summary>Whether a call was turned away before it called anybody: what was thrown meanwhile is another call's.</summary>
        private static bool IsRefused(int status)
        {
            return status == (int)Status.Busy || status == (int)Status.InvalidHandle || status == (int)Status.Reentrant;
        }

        /// <summary>Throws when a call failed: what a callback threw, with its own stack, else the library's error.</summary>
        internal static void Check(int status, IntPtr error, Exception thrown = null)
        {
            if (status == 0) return;
            var failure = MynacardException.Of(status, error);
            if (thrown == null) throw failure;
            failure.StandBehind(thrown);
            ExceptionDispatchInfo.Capture(thrown).Throw();
        }

        internal static byte[] Utf8(string text) { return Encoding.UTF8.GetBytes(text ?? ""); }
        internal static UIntPtr Size(byte[] bytes) { return new UIntPtr((uint)bytes.Length); }
        internal static UIntPtr SizeOf<T>() { return new UIntPtr((uint)Marshal.SizeOf(typeof(T))); }

        /// <summary>A time for the library; 0, its own choice, where there is none.</summary>
        internal static uint Milliseconds(TimeSpan? time, string name)
        {
            if (time == null) return 0;
            var milliseconds = time.Value.TotalMilliseconds;
            if (milliseconds < 1 || milliseconds > uint.MaxValue) throw new ArgumentOutOfRangeException(name, "from a millisecond to 49 days");
            return (uint)milliseconds;
        }

        /// <summary>Copies a buffer out and frees it.</summary>
        internal static byte[] Take(IntPtr buffer)
        {
            if (buffer == IntPtr.Zero) return null;
            try
            {
                var bytes = new byte[checked((int)Native.mynacard_buffer_size(buffer).ToUInt64())];
                if (bytes.Length > 0) Marshal.Copy(Native.mynacard_buffer_data(buffer), bytes, 0, bytes.Length);
                return bytes;
            }
            finally { Native.mynacard_buffer_free(buffer); }
        }

        /// <summary>The same; nothing is left to free, whatever is thrown.</summary>
        internal static byte[] Take(ref IntPtr buffer)
        {
            var taken = buffer;
            buffer = IntPtr.Zero;
            return Take(taken);
        }

        internal static string TakeUtf8(IntPtr buffer) { return Take(buffer, Encoding.UTF8); }
        internal static string TakeUtf16(IntPtr buffer) { return Take(buffer, Encoding.Unicode); }

        /// <summary>The string is the program's; the copy between is nobody's, and much of it is about a person.</summary>
        private static string Take(IntPtr buffer, Encoding encoding)
        {
            var bytes = Take(buffer);
            if (bytes == null) return null;
            try { return encoding.GetString(bytes); }
            finally { Array.Clear(bytes, 0, bytes.Length); }
        }
    }
}
