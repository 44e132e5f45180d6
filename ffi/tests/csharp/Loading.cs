// Which native library the wrapper takes on Windows, asked of its choice by path and width; the runtime's own search, which
// Linux uses, is tried by every other program here.
//
//   mono Loading.exe found FOLDER...       for both widths: what it takes of these folders, and nothing else
//   mono Loading.exe folders FOLDER        where it looks, however the wrapper was loaded; FOLDER: empty, for shadow copies
//   mono Loading.exe version               which library is there, or what its absence is
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using Mynacard;

internal static class Program
{
    private static readonly Type Loader = typeof(Desk).Assembly.GetType("Mynacard.Loader", true);
    private static readonly List<string> Faults = new List<string>();

    private static List<string> Ask(string method, params object[] arguments)
    {
        return (List<string>)Loader.InvokeMember(method, BindingFlags.InvokeMethod | BindingFlags.Static | BindingFlags.NonPublic, null, null, arguments);
    }

    private static void Same(IList<string> found, string what, params string[] expected)
    {
        var shown = string.Join(" | ", found);
        if (shown != string.Join(" | ", expected)) Faults.Add(what + ": " + shown);
    }

    private static void Found(string[] folders)
    {
        foreach (var width in new[] { 4, 8 })
            foreach (var path in Ask("Found", folders, "mynacard", width)) Console.WriteLine("{0} {1}", 8 * width, path);
    }

    private static void Addresses()
    {
        Same(Ask("Folders", "file:///srv/desk/Mynacard.Net.dll", "/tmp/cache/1/Mynacard.Net.dll"), "a shadow copy", "/srv/desk", "/tmp/cache/1");
        Same(Ask("Folders", "file:///srv/desk/Mynacard.Net.dll", "/srv/desk/Mynacard.Net.dll"), "no shadow copy", "/srv/desk");
        Same(Ask("Folders", "file:///srv/%E5%8F%97%E4%BB%98%20%231/M.dll", ""), "an escaped address", "/srv/受付 #1", "/srv/%E5%8F%97%E4%BB%98%20%231");
        Demand(Ask("Folders", "file:///srv/受付 #1 100%/M.dll", "").Contains("/srv/受付 #1 100%"), "an address as it is");
        Same(Ask("Folders", "http://example.jp/M.dll", "/tmp/M.dll"), "a program from the web", "/tmp");
        Same(Ask("Folders", null, ""), "a program in one file");
    }

    /// <summary>What is enough of a DLL to tell its width.</summary>
    private static void Put(string path, ushort machine)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path));
        var bytes = new byte[0x80];
        bytes[0x3c] = 0x40;
        bytes[0x40] = (byte)'P';
        bytes[0x41] = (byte)'E';
        bytes[0x44] = (byte)machine;
        bytes[0x45] = (byte)(machine >> 8);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>What is taken of files of both widths, and of files that are none.</summary>
    private static void Files(string folder)
    {
        string desk = Path.Combine(folder, "desk"), beside = Path.Combine(desk, "mynacard.dll");
        string copied = Path.Combine(desk, "runtimes", "win-x64", "native", "mynacard.dll"), unpacked = Path.Combine(desk, "win-x86", "mynacard.dll");
        Put(beside, 0x8664);
        Put(copied, 0x8664);
        Put(unpacked, 0x14c);
        Same(Ask("Found", new[] { desk }, "mynacard", 8), "64 bits", copied, beside);
        Same(Ask("Found", new[] { desk, desk }, "mynacard", 4), "32 bits", unpacked);
        Same(Ask("Found", new[] { desk }, "mynacard_sandbox", 8), "another library");
        Same(Ask("Found", new[] { Path.Combine(desk, "lib", "net48") }, "mynacard", 8), "in a package", copied);
        // Above C:\Programs\Desk anybody may be able to make folders.
        Same(Ask("Found", new[] { Path.Combine(desk, "Programs", "Desk") }, "mynacard", 8), "above a program");
        // Whoever sets the folder that a program runs in must not choose its library.
        Environment.CurrentDirectory = folder;
        Same(Ask("Found", new[] { "", "desk", "." }, "mynacard", 8), "no absolute path");
        Put(copied, 0xaa64);
        Same(Ask("Found", new[] { desk }, "mynacard", 8), "of another processor", beside);
        foreach (var nonsense in new[] { new byte[0], new byte[0x3e], new byte[] { 77, 90 } })
        {
            File.WriteAllBytes(beside, nonsense);
            Same(Ask("Found", new[] { desk }, "mynacard", 8), "no library at all");
        }
    }

    private static void Demand(bool condition, string what) { if (!condition) Faults.Add(what); }

    /// <summary>In a domain of its own, as a designer or a test runner makes one.</summary>
    private static void Shadowed(string cache)
    {
        var setup = new AppDomainSetup
        {
            ApplicationBase = AppDomain.CurrentDomain.BaseDirectory, PrivateBinPath = "wrapper", ShadowCopyFiles = "true", CachePath = cache, ApplicationName = "shadow"
        };
        var domain = AppDomain.CreateDomain("shadow", null, setup);
        domain.DoCallBack(TellWhere);
        var installed = Path.GetDirectoryName(new Uri(typeof(Desk).Assembly.CodeBase).LocalPath);
        Demand((string)domain.GetData("first") == installed, "installed in " + installed + ", looked into " + domain.GetData("first"));
        Demand(((string)domain.GetData("location")).StartsWith(cache), "no shadow copy: " + domain.GetData("location"));
        Demand((string)domain.GetData("version") == Library.Version, "the library in a domain of its own");
        AppDomain.Unload(domain);
    }

    private static void TellWhere()
    {
        AppDomain.CurrentDomain.SetData("first", Ask("Folders", typeof(Desk).Assembly)[0]);
        AppDomain.CurrentDomain.SetData("location", typeof(Desk).Assembly.Location);
        AppDomain.CurrentDomain.SetData("version", Library.Version);
    }

    private static void Version()
    {
        try
        {
            Library.CheckVersion();
            Console.WriteLine(Library.Version);
        }
        catch (Exception refused) { Console.WriteLine("{0}: {1}", refused.GetType().Name, refused is NotSupportedException ? refused.Message : "-"); }
        // What a forms designer makes of a form's members must not need the library.
        Console.WriteLine("{0} {1}", new Service().Trust, new DeskOptions().Counter);
    }

    private static int Main(string[] arguments)
    {
        if (arguments[0] == "found") Found(new List<string>(arguments).GetRange(1, arguments.Length - 1).ToArray());
        else if (arguments[0] == "version") Version();
        else
        {
            Addresses();
            Shadowed(arguments[1]);
            Files(arguments[1]);
            foreach (var fault in Faults) Console.Error.WriteLine("expected: " + fault);
            if (Faults.Count == 0) Console.WriteLine("done");
        }
        return Faults.Count == 0 ? 0 : 1;
    }
}
