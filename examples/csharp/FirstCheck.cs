// The first check: a virtual card and a service in this process, so neither reader nor line is needed.
using System;
using System.IO;
using System.Text;
using Mynacard;
using Mynacard.Testing;

internal static class FirstCheck
{
    private static void Main()
    {
        try { Console.OutputEncoding = new UTF8Encoding(false); }
        catch (IOException) { Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true }); } // no console
        using (var sandbox = new Sandbox())
        using (var terminal = sandbox.Activate())
        using (var desk = new Desk(sandbox.Service, terminal))
        using (var check = desk.Prepare())
        using (var card = Card.Behind(new VirtualCard("kyokai-self")))
        using (var pin = Sandbox.Pin("kyokai-self"))
        using (var answer = check.ByPin(card, pin))
            Console.WriteLine("{0} {1} {2}", answer.Text(Field.Name), answer.Text(Field.InsurerNumber), answer.Validity);
    }
}
