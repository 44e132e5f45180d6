// One patient at a real reader: the lines of the README, and what stands around them.
//
//   cargo xtask ffi
//   mcs -r:Mynacard.Net.dll TenLines.cs
//   mono TenLines.exe ADDRESS CA VAULT      CA: PEM or DER; the vault's passcode and the PIN on two lines of standard input
using System;
using System.IO;
using System.Text;
using Mynacard;

internal static class TenLines
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length != 3) { Console.Error.WriteLine("usage: TenLines ADDRESS CA VAULT"); return 1; }
        try { Console.OutputEncoding = new UTF8Encoding(false); }
        catch (IOException) { Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true }); } // no console
        var service = new Service { Url = arguments[0], Root = File.ReadAllBytes(arguments[1]), Trust = Trust.Simulation, Direct = true };
        var vault = arguments[2];
        var passcode = Console.ReadLine();
        var typed = Encoding.ASCII.GetBytes(Console.ReadLine()); // a window pushes digit by digit into a Pin

        // README: begin
        try
        {
            using (var terminal = Terminal.Open(vault, passcode))
            using (var desk = new Desk(service, terminal))
            using (var check = desk.Prepare())                                  // before the tap
            using (var card = Card.Wait(timeout: TimeSpan.FromSeconds(60)))     // at any reader
            using (var pin = new Pin(typed))
            using (var answer = check.ByPin(card, pin))
                Console.WriteLine(answer.Text(Field.InsurerNumber));
        }
        catch (MynacardException error) { Console.WriteLine("{0} {1}", error.Code, error.Message); }
        // README: end
        return 0;
    }
}
