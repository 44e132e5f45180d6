// The imports, one to one with mynacard_sandbox.h; cdecl as the wrapper's own.
using System;
using System.Runtime.InteropServices;

namespace Mynacard.Testing
{
    internal static class Imports
    {
        private const string Library = "mynacard_sandbox";
        private const CallingConvention Convention = CallingConvention.Cdecl;

        static Imports() { Loader.Load(Library); }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Transport
        {
            internal UIntPtr StructSize;
            internal IntPtr Userdata;
            internal IntPtr Begin;
            internal IntPtr Exchange;
            internal IntPtr End;
            internal IntPtr Destroy;
            internal UIntPtr MaxCommand;
            internal UIntPtr MaxResponse;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Carrier
        {
            internal UIntPtr StructSize;
            internal IntPtr Userdata;
            internal IntPtr Carry;
            internal IntPtr Destroy;
        }

        [UnmanagedFunctionPointer(Convention)]
        internal delegate int BeginFunction(IntPtr userdata);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate int ExchangeFunction(IntPtr userdata, byte[] command, UIntPtr commandSize, int secret,
            IntPtr response, UIntPtr capacity, ref UIntPtr responseSize);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate void EndFunction(IntPtr userdata, int how);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate void DestroyFunction(IntPtr userdata);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate int CarryFunction(IntPtr userdata, byte[] operation, UIntPtr operationSize, byte[] request, UIntPtr requestSize, byte[] key, UIntPtr keySize,
            uint timeoutMs, IntPtr response, UIntPtr capacity, ref UIntPtr responseSize, ref uint responseStatus);

        [DllImport(Library, CallingConvention = Convention)] internal static extern IntPtr mynacard_sandbox_start();
        [DllImport(Library, CallingConvention = Convention)] internal static extern void mynacard_sandbox_stop(IntPtr sandbox);
        [DllImport(Library, CallingConvention = Convention)] internal static extern IntPtr mynacard_sandbox_url(IntPtr sandbox);
        [DllImport(Library, CallingConvention = Convention)] internal static extern IntPtr mynacard_sandbox_root(IntPtr sandbox, out UIntPtr size);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_sandbox_issue_activation(IntPtr sandbox, byte[] activation);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_sandbox_lose_answers(IntPtr sandbox, int lose);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_sandbox_suffer(IntPtr sandbox, byte[] trouble);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_sandbox_carrier(IntPtr sandbox, ref Carrier carrier);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_sandbox_card(byte[] person, int extended, out Transport transport);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_sandbox_pin(byte[] person, byte[] pin, UIntPtr size);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_sandbox_number_b(byte[] person, byte[] digits, UIntPtr size);
        [DllImport(Library, CallingConvention = Convention)] internal static extern IntPtr mynacard_sandbox_authorities();
        [DllImport(Library, CallingConvention = Convention)] internal static extern IntPtr mynacard_sandbox_insert(byte[] person, ushort port);
        [DllImport(Library, CallingConvention = Convention)] internal static extern void mynacard_sandbox_remove(IntPtr inserted);

        /// <summary>As C has text.</summary>
        internal static byte[] Ascii(string text)
        {
            if (text == null) throw new ArgumentNullException("text");
            return System.Text.Encoding.ASCII.GetBytes(text + "\0");
        }

        /// <summary>Frees a buffer; what was written into it is wiped first: it is about somebody, and whoever gets the memory next is not
        /// to read it.</summary>
        internal static void Free(IntPtr buffer, int capacity, UIntPtr written)
        {
            var size = (int)Math.Min((ulong)capacity, written.ToUInt64());
            Marshal.Copy(new byte[size], 0, buffer, size);
            Marshal.FreeHGlobal(buffer);
        }

        internal static T Function<T>(IntPtr pointer) where T : class { return (T)(object)Marshal.GetDelegateForFunctionPointer(pointer, typeof(T)); }
    }
}
