// What the .NET wrapper promises to 32-bit processes and to its callers, asked of the compiled assembly.
// Prints "N imports, M delegates, P structures" when all is as promised.
//
//   mono Conventions.exe SYMBOLS LAYOUT    SYMBOLS: the names that the library exports, one in each line
//                                          LAYOUT: its structures for this width, with the offsets of their members
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using Mynacard;

/// <summary>Wrong on purpose, each in its own way: the rules below must find them.</summary>
internal static class Wrong
{
    [DllImport("none")] internal static extern int Stdcall();
    [DllImport("none", CallingConvention = CallingConvention.Cdecl)] internal static extern int Unsized(bool yes);
    [DllImport("none", CallingConvention = CallingConvention.Cdecl)] internal static extern string Text();
    [DllImport("kernel32", CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr LoadLibraryA(string path);
    internal delegate int Bare(IntPtr userdata);
    [UnmanagedFunctionPointer(CallingConvention.StdCall)] internal delegate int Winapi(IntPtr userdata);
    internal struct Loose { internal bool Yes; }
}

/// <summary>Not as C has it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Misplaced { internal uint StructSize, Yes; internal ulong More; }

/// <summary>A wrapper that shows a pointer.</summary>
public sealed class WrongFace
{
    public IntPtr Pointer { get { return IntPtr.Zero; } }
}

internal static class Program
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
    private static readonly List<string> Faults = new List<string>();
    private static readonly HashSet<string> Imported = new HashSet<string>();
    private static int imports, delegates, structures;

    private static void Demand(bool condition, string fault) { if (!condition) Faults.Add(fault); }

    /// <summary>A type whose size in C is not the one that .NET gives it, or that needs a conversion.</summary>
    private static bool IsUnsized(Type type)
    {
        if (type.IsByRef) type = type.GetElementType();
        return type == typeof(bool) || type == typeof(string) || type == typeof(char) || type == typeof(object);
    }

    private static void CheckSignature(MethodInfo method, string name)
    {
        Demand(!IsUnsized(method.ReturnType), name + ": the result");
        foreach (var parameter in method.GetParameters()) Demand(!IsUnsized(parameter.ParameterType), name + ": " + parameter.Name);
    }

    private static void CheckType(Type type, ICollection<string> symbols)
    {
        foreach (var method in type.GetMethods(All))
        {
            var import = (DllImportAttribute)Attribute.GetCustomAttribute(method, typeof(DllImportAttribute));
            if (import == null) continue;
            if (import.Value == "kernel32")
            {
                // Windows' own functions are stdcall, and a path is text in UTF-16: Japanese folders have no name in ANSI.
                Demand(import.CallingConvention == CallingConvention.Winapi && import.CharSet == CharSet.Unicode && import.ExactSpelling, method.Name + ": not Windows' own");
                continue;
            }
            imports++;
            Demand(import.CallingConvention == CallingConvention.Cdecl, method.Name + ": not cdecl");
            Demand(symbols == null || symbols.Contains(import.EntryPoint ?? method.Name), method.Name + ": not exported");
            Imported.Add(import.EntryPoint ?? method.Name);
            CheckSignature(method, method.Name);
        }
        if (typeof(MulticastDelegate).IsAssignableFrom(type))
        {
            delegates++;
            var pointer = (UnmanagedFunctionPointerAttribute)Attribute.GetCustomAttribute(type, typeof(UnmanagedFunctionPointerAttribute));
            Demand(pointer != null && pointer.CallingConvention == CallingConvention.Cdecl, type.Name + ": not cdecl");
            CheckSignature(type.GetMethod("Invoke"), type.Name);
        }
        if (type.IsValueType && !type.IsEnum && !type.Name.StartsWith("<"))
        {
            structures++;
            Demand(type.IsLayoutSequential || type.IsExplicitLayout, type.Name + ": no layout");
            foreach (var field in type.GetFields(All)) Demand(field.IsStatic || !IsUnsized(field.FieldType), type.Name + ": " + field.Name);
        }
    }

    /// <summary>Structures have the members of C's in order, at the same places.</summary>
    private static void CheckLayout(IEnumerable<string> lines, Func<string, Type> find)
    {
        Type type = null;
        var fields = new Queue<FieldInfo>();
        foreach (var line in lines.Concat(new[] { "mynacard_end 0" }))
        {
            var parts = line.Trim().Split(' ');
            if (line.StartsWith(" "))
            {
                if (type == null) continue;
                var field = fields.Count > 0 ? fields.Dequeue() : null;
                var at = field == null ? "nowhere" : Marshal.OffsetOf(type, field.Name).ToString();
                Demand(at == parts[1], type.Name + ": " + parts[0] + " at " + parts[1] + ", not " + at);
                continue;
            }
            Demand(fields.Count == 0, (type == null ? "" : type.Name) + ": more members than in C");
            type = find(parts[0]);
            Demand(type != null || parts[0] == "mynacard_end", parts[0] + ": no structure");
            fields = new Queue<FieldInfo>(type == null ? new FieldInfo[0] : type.GetFields(All));
            if (type != null) Demand(Marshal.SizeOf(type).ToString() == parts[1], type.Name + ": " + Marshal.SizeOf(type) + " bytes, not " + parts[1]);
        }
    }

    /// <summary>mynacard_desk_options is DeskOptions; tables with one function and their end are all the same one.</summary>
    private static Type Structure(string name)
    {
        var written = string.Join("", name.Split('_').Skip(1).Select(part => char.ToUpperInvariant(part[0]) + part.Substring(1)).ToArray());
        if (new[] { "Audit", "Patients", "Carrier", "Pinless", "KeyStore" }.Contains(written)) written = "Listener";
        return typeof(Desk).Assembly.GetType("Mynacard.Native+" + written);
    }

    /// <summary>No pointer is shown to the wrapper's callers. SafeHandle's own members are the framework's.</summary>
    private static void CheckFace(Type type)
    {
        if (!type.IsVisible) return;
        foreach (var member in type.GetMembers(All & ~BindingFlags.NonPublic))
        {
            var method = member as MethodBase;
            var types = method == null ? new Type[0] : method.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
            if (member is MethodInfo) types = types.Concat(new[] { ((MethodInfo)member).ReturnType }).ToArray();
            if (member is FieldInfo) types = new[] { ((FieldInfo)member).FieldType };
            foreach (var shown in types) Demand(shown != typeof(IntPtr) && shown != typeof(UIntPtr), type.Name + "." + member.Name + ": a pointer");
        }
    }

    /// <summary>A check that finds nothing wrong in what is wrong would prove nothing.</summary>
    private static void TheRulesFindFaults()
    {
        foreach (var type in new[] { typeof(Wrong), typeof(Wrong.Bare), typeof(Wrong.Winapi), typeof(Wrong.Loose) }) CheckType(type, null);
        CheckFace(typeof(WrongFace));
        var found = string.Join("; ", Faults.ToArray());
        CheckLayout(new[] { "mynacard_wrong 24", "  struct_size 0", "  yes 8" }, name => name == "mynacard_wrong" ? typeof(Misplaced) : null);
        found = string.Join("; ", Faults.ToArray());
        const string expected = "Stdcall: not cdecl; Unsized: yes; Text: the result; LoadLibraryA: not Windows' own; Bare: not cdecl; Winapi: not cdecl; Loose: Yes; WrongFace.get_Pointer: a pointer; Misplaced: 16 bytes, not 24; Misplaced: yes at 8, not 4; Misplaced: more members than in C";
        if (found != expected) throw new Exception("the rules found: " + found);
        Faults.Clear();
        Imported.Clear();
        imports = delegates = structures = 0;
    }

    private static int Main(string[] arguments)
    {
        TheRulesFindFaults();
        foreach (var type in typeof(Mynacard.Testing.Sandbox).Assembly.GetTypes())
        {
            CheckType(type, null);
            CheckFace(type);
        }
        Demand(imports == Imported.Count && imports > 10, "the sandbox's imports");
        imports = delegates = structures = 0;
        Imported.Clear();
        var symbols = new HashSet<string>(File.ReadAllLines(arguments[0]));
        foreach (var type in typeof(Desk).Assembly.GetTypes())
        {
            CheckType(type, symbols);
            CheckFace(type);
        }
        CheckLayout(File.ReadAllLines(arguments[1]), Structure);
        foreach (var symbol in symbols) Demand(Imported.Contains(symbol), symbol + ": not imported");
        foreach (var fault in Faults) Console.Error.WriteLine(fault);
        Console.WriteLine("{0} imports, {1} delegates, {2} structures", imports, delegates, structures);
        return Faults.Count == 0 ? 0 : 1;
    }
}
